(** What the theorems of gradgap are written in, and the facts they rest on: seven textbook facts about
    exp, log, sin, cos, and eight facts about finite sums, induction and derivatives. All of them are
    proved here from the standard library's Reals. *)
From Coq Require Import Reals Lra List Lia FinFun Ranalysis Ratan Machin Classical ClassicalDedekindReals.
Import ListNotations.
Open Scope R_scope.

(** * Definitions: these, and the statements, are what a reader has to believe *)

(** A finite index set, not empty: responses, tokens, coordinates, prompts *)
Record Index := {
  carrier :> Type;
  elements : list carrier;
  elements_all : forall x, In x elements;
  elements_once : NoDup elements;
  some : carrier }.

(** The sum of [f] over an index set *)
Definition Sum (I : Index) (f : I -> R) : R :=
  match map f (elements I) with [] => 0 | x :: rest => fold_left Rplus rest x end.

(** f 0 + f 1 + ... + f (n - 1) *)
Fixpoint Prefix (n : nat) (f : nat -> R) : R :=
  match n with O => 0 | S m => Prefix m f + f m end.

(** [f] is differentiable on the whole line, with derivative [g] *)
Definition Deriv (f g : R -> R) : Prop := forall t, derivable_pt_lim f t (g t).

(** * Finite sums *)
Lemma Sum_right (I : Index) (f : I -> R) :
  Sum I f = fold_right (fun x rest => f x + rest) 0 (elements I).
Proof.
  unfold Sum; destruct (elements I) as [|x l]; [reflexivity|]; simpl.
  generalize (f x); induction l as [|y l IH]; intros a; simpl; [ring|]. rewrite IH; ring.
Qed.

Lemma Sum_add (I : Index) (f g : I -> R) : Sum I (fun i => f i + g i) = Sum I f + Sum I g.
Proof. rewrite !Sum_right; induction (elements I) as [|x l IH]; simpl; [ring | rewrite IH; ring]. Qed.

Lemma Sum_scale (I : Index) c (f : I -> R) : Sum I (fun i => c * f i) = c * Sum I f.
Proof. rewrite !Sum_right; induction (elements I) as [|x l IH]; simpl; [ring | rewrite IH; ring]. Qed.

(** sum_linear, of any length, is made of the last two *)
Lemma Sum_linear (I : Index) a b (f g : I -> R) :
  Sum I (fun i => a * f i + b * g i) = a * Sum I f + b * Sum I g.
Proof. now rewrite Sum_add, !Sum_scale. Qed.

Lemma Sum_le (I : Index) (f g : I -> R) : (forall i, f i <= g i) -> Sum I f <= Sum I g.
Proof.
  intros H; rewrite !Sum_right; induction (elements I) as [|x l IH]; simpl; [lra|].
  specialize (H x); lra.
Qed.

Lemma Sum_eq (I : Index) (f g : I -> R) : (forall i, f i = g i) -> Sum I f = Sum I g.
Proof.
  intros H; rewrite !Sum_right; induction (elements I) as [|x l IH]; simpl; [reflexivity|].
  now rewrite H, IH.
Qed.

Lemma Sum_zero (I : Index) : Sum I (fun _ => 0) = 0.
Proof. rewrite Sum_right; induction (elements I); simpl; lra. Qed.

Lemma Sum_exchange (I J : Index) (f : I -> J -> R) :
  Sum I (fun i => Sum J (fun j => f i j)) = Sum J (fun j => Sum I (fun i => f i j)).
Proof.
  rewrite (Sum_eq J _ (fun j => fold_right (fun i rest => f i j + rest) 0 (elements I)))
    by (intros; apply Sum_right).
  rewrite Sum_right; induction (elements I) as [|x l IH]; simpl.
  - symmetry; apply Sum_zero.
  - now rewrite IH, Sum_add.
Qed.

Lemma Prefix_zero f : Prefix 0 f = 0.
Proof. reflexivity. Qed.

Lemma Prefix_step n f : Prefix (n + 1) f = Prefix n f + f n.
Proof. rewrite Nat.add_1_r; reflexivity. Qed.

Lemma Induction (P : nat -> Prop) : P 0%nat -> (forall k, P k -> P (k + 1)%nat) -> forall k, P k.
Proof. intros H0 HS k; induction k; [exact H0|]. rewrite <- Nat.add_1_r; auto. Qed.

(** * Derivatives *)
(** derivative_unique *)
Lemma Deriv_unique f g h : Deriv f g -> Deriv f h -> forall t, g t = h t.
Proof. intros A B t; exact (uniqueness_limite f t _ _ (A t) (B t)). Qed.

(** mean_value *)
Lemma Nondecreasing f g a b :
  Deriv f g -> (forall t, a <= t -> t <= b -> 0 <= g t) -> a <= b -> f a <= f b.
Proof.
  intros D P [L|E]; [|subst; lra].
  destruct (MVT_cor2 f g a b L (fun c _ => D c)) as [c [E C]].
  assert (0 <= g c) by (apply P; lra). nra.
Qed.

(** derivative_rules *)
Lemma Deriv_ext f g f1 g1 :
  Deriv f g -> (forall t, f t = f1 t) -> (forall t, g t = g1 t) -> Deriv f1 g1.
Proof.
  intros D F G t eps He. destruct (D t eps He) as [d Hd]. exists d; intros h H1 H2.
  rewrite <- !F, <- G; auto.
Qed.

Lemma Deriv_const c : Deriv (fun _ => c) (fun _ => 0).
Proof. intro t; apply derivable_pt_lim_const. Qed.
Lemma Deriv_id : Deriv (fun t => t) (fun _ => 1).
Proof. intro t; apply derivable_pt_lim_id. Qed.
Lemma Deriv_add f g f' g' : Deriv f f' -> Deriv g g' -> Deriv (fun t => f t + g t) (fun t => f' t + g' t).
Proof. intros A B t; exact (derivable_pt_lim_plus f g t _ _ (A t) (B t)). Qed.
Lemma Deriv_neg f f' : Deriv f f' -> Deriv (fun t => - f t) (fun t => - f' t).
Proof. intros A t; exact (derivable_pt_lim_opp f t _ (A t)). Qed.
Lemma Deriv_mul f g f' g' : Deriv f f' -> Deriv g g' ->
  Deriv (fun t => f t * g t) (fun t => f' t * g t + f t * g' t).
Proof. intros A B t; exact (derivable_pt_lim_mult f g t _ _ (A t) (B t)). Qed.
Lemma Deriv_comp f g f' g' : Deriv f f' -> Deriv g g' ->
  Deriv (fun t => g (f t)) (fun t => g' (f t) * f' t).
Proof. intros A B t; exact (derivable_pt_lim_comp f g t _ _ (A t) (B (f t))). Qed.
Lemma Deriv_pow1 f f' : Deriv f f' -> Deriv (fun t => f t ^ 1) f'.
Proof. intros A. refine (Deriv_ext _ _ _ _ A _ _); intros; simpl; ring. Qed.
Lemma Deriv_pow n f f' : Deriv f f' ->
  Deriv (fun t => f t ^ n) (fun t => INR n * f t ^ pred n * f' t).
Proof.
  intros A t. exact (derivable_pt_lim_comp f (fun y => y ^ n) t _ _ (A t) (derivable_pt_lim_pow (f t) n)).
Qed.
Lemma Deriv_div f g f' g' : Deriv f f' -> Deriv g g' -> (forall t, g t <> 0) ->
  Deriv (fun t => f t / g t) (fun t => (f' t * g t + - (f t * g' t)) / g t ^ 2).
Proof.
  intros A B N t. 
  replace ((f' t * g t + - (f t * g' t)) / g t ^ 2) with ((f' t * g t - g' t * f t) / Rsqr (g t)).
  - exact (derivable_pt_lim_div f g t _ _ (A t) (B t) (N t)).
  - unfold Rsqr; field; apply N.
Qed.
Lemma Deriv_div_const f f' c : Deriv f f' -> Deriv (fun t => f t / c) (fun t => f' t / c).
Proof.
  intros A t. unfold Rdiv. replace (f' t * / c) with (f' t * / c + f t * 0) by ring.
  exact (derivable_pt_lim_mult f (fun _ => / c) t _ _ (A t) (derivable_pt_lim_const (/ c) t)).
Qed.
Lemma Deriv_exp f f' : Deriv f f' -> Deriv (fun t => exp (f t)) (fun t => exp (f t) * f' t).
Proof. intros A t; exact (derivable_pt_lim_comp f exp t _ _ (A t) (derivable_pt_lim_exp (f t))). Qed.
Lemma Deriv_sin f f' : Deriv f f' -> Deriv (fun t => sin (f t)) (fun t => cos (f t) * f' t).
Proof. intros A t; exact (derivable_pt_lim_comp f sin t _ _ (A t) (derivable_pt_lim_sin (f t))). Qed.
Lemma Deriv_cos f f' : Deriv f f' -> Deriv (fun t => cos (f t)) (fun t => - sin (f t) * f' t).
Proof. intros A t; exact (derivable_pt_lim_comp f cos t _ _ (A t) (derivable_pt_lim_cos (f t))). Qed.
Lemma Deriv_log f f' : Deriv f f' -> (forall t, 0 < f t) ->
  Deriv (fun t => ln (f t)) (fun t => f' t / f t).
Proof.
  intros A P t. replace (f' t / f t) with (/ f t * f' t) by (unfold Rdiv; ring).
  exact (derivable_pt_lim_comp f ln t _ _ (A t) (derivable_pt_lim_ln (f t) (P t))).
Qed.
Lemma Deriv_sum (I : Index) (f f' : I -> R -> R) : (forall i, Deriv (f i) (f' i)) ->
  Deriv (fun t => Sum I (fun i => f i t)) (fun t => Sum I (fun i => f' i t)).
Proof.
  intros A. refine (Deriv_ext _ _ _ _ _ (fun t => eq_sym (Sum_right I _)) (fun t => eq_sym (Sum_right I _))).
  induction (elements I) as [|x l IH]; simpl; [apply Deriv_const | exact (Deriv_add _ _ _ _ (A x) IH)].
Qed.

(** * The seven textbook axioms *)
Lemma exp_tangent x : 1 + x <= exp x.
Proof. apply exp_ineq1_le. Qed.
Lemma exp_add x y : exp (x + y) = exp x * exp y.
Proof. apply exp_plus. Qed.
Lemma exp_log x : 0 < x -> exp (ln x) = x.
Proof. apply exp_ln. Qed.
Lemma circle x : sin x ^ 2 + cos x ^ 2 = 1.
Proof. pose proof (sin2_cos2 x) as H; unfold Rsqr in H; lra. Qed.
Lemma period x : sin (x + 2 * PI) = sin x /\ cos (x + 2 * PI) = cos x.
Proof. split; [rewrite sin_plus | rewrite cos_plus]; rewrite sin_2PI, cos_2PI; ring. Qed.
Lemma sin_cos_zero : sin 0 = 0 /\ cos 0 = 1.
Proof. split; [apply sin_0 | apply cos_0]. Qed.
Lemma pi_bounds : 3 < PI /\ PI < 22 / 7.
Proof.
  pose proof (PI_2_3_7_ineq 2) as [A B].
  unfold PI_2_3_7_tg, tg_alt, Ratan_seq in A, B; simpl in A, B; split; lra.
Qed.

(** * What the translation of an obligation uses *)
Lemma quotient a b : b <> 0 -> a / b * b = a.
Proof. intros; field; assumption. Qed.
Lemma max_cases a b : (b <= a /\ Rmax a b = a) \/ (a <= b /\ Rmax a b = b).
Proof. destruct (Rle_or_lt b a); [left|right]; split; try lra; [apply Rmax_left|apply Rmax_right]; lra. Qed.
Lemma min_cases a b : (a <= b /\ Rmin a b = a) \/ (b <= a /\ Rmin a b = b).
Proof. destruct (Rle_or_lt a b); [left|right]; split; try lra; [apply Rmin_left|apply Rmin_right]; lra. Qed.
Lemma abs_cases a : (0 <= a /\ Rabs a = a) \/ (a <= 0 /\ Rabs a = - a).
Proof. destruct (Rle_or_lt 0 a); [left|right]; split; try lra; [apply Rabs_pos_eq|apply Rabs_left1]; lra. Qed.

(** Elements of an index set are compared by their places in its list *)
Definition decide (P : Prop) : {P} + {~ P} :=
  match sig_not_dec P with left h => left (NNPP _ h) | right h => right h end.
Fixpoint place {A} (l : list A) (x : A) : nat :=
  match l with [] => 0%nat | y :: m => if decide (x = y) then 0%nat else S (place m x) end.
Lemma place_inj {A} (l : list A) x y : In x l -> In y l -> place l x = place l y -> x = y.
Proof.
  induction l as [|z l IH]; simpl; [tauto|]; intros X Y.
  destruct (decide (x = z)), (decide (y = z)); subst; auto; try discriminate.
  intros E; injection E; intros; apply IH; auto; [destruct X | destruct Y]; congruence.
Qed.
Definition rank (I : Index) (x : I) : R := INR (place (elements I) x).
Lemma rank_eq (I : Index) (x y : I) : x = y <-> rank I x = rank I y.
Proof.
  split; [now intros -> |]. intros E; apply INR_eq in E.
  eapply place_inj; [apply elements_all | apply elements_all | exact E].
Qed.

Lemma Deriv_power n c f f' : INR n = c -> Deriv f f' -> Deriv (fun t => f t ^ n) (fun t => c * f t ^ pred n * f' t).
Proof. intros <-; apply Deriv_pow. Qed.

(** One point, for index sets that a sequent no longer mentions *)
Definition point : Index.
Proof.
  refine {| carrier := unit; elements := [tt]; some := tt |}.
  - intros []; simpl; auto.
  - constructor; [simpl; tauto | constructor].
Defined.

(** * Index sets whose size is a parameter: 0, 1, ..., n, and one index set beside another *)
Record upto (n : nat) := { number : nat; number_le : (number <=? n)%nat = true }.
Arguments number {n} _.
Lemma upto_eq n (x y : upto n) : number x = number y -> x = y.
Proof.
  destruct x as [x p], y as [y q]; simpl; intros <-; f_equal; apply Eqdep_dec.UIP_dec, Bool.bool_dec.
Qed.
Lemma upto_le n (x : upto n) : INR (number x) <= INR n.
Proof. apply le_INR, Nat.leb_le, number_le. Qed.
Lemma clip_le n k : (Nat.min k n <=? n)%nat = true.
Proof. apply Nat.leb_le; lia. Qed.
Definition clip (n k : nat) : upto n := {| number := Nat.min k n; number_le := clip_le n k |}.
Lemma clip_number n (x : upto n) : clip n (number x) = x.
Proof. apply upto_eq; simpl; apply Nat.min_l, Nat.leb_le, number_le. Qed.

Definition Run (n : nat) : Index.
Proof.
  refine {| carrier := upto n; elements := map (clip n) (seq 0 (S n)); some := clip n 0 |}.
  - intros x; rewrite <- (clip_number n x); apply in_map, in_seq.
    pose proof (number_le n x) as H; apply Nat.leb_le in H; lia.
  - apply (NoDup_map_inv number); rewrite map_map.
    rewrite (map_ext_in _ (fun k => k)), map_id; [apply seq_NoDup |].
    intros k H; apply in_seq in H; simpl; lia.
Defined.
Definition Union (I J : Index) : Index.
Proof.
  refine {| carrier := I + J; elements := map inl (elements I) ++ map inr (elements J); some := inl (some I) |}.
  - intros [x | x]; apply in_or_app; [left | right]; apply in_map, elements_all.
  - assert (apart : forall l m, NoDup l -> NoDup m -> NoDup (map (@inl I J) l ++ map (@inr I J) m)).
    { intros l m A B; induction A as [| x l N A IH]; simpl.
      - apply Injective_map_NoDup; [intros x y E; congruence | exact B].
      - constructor; [| exact IH]. rewrite in_app_iff, !in_map_iff.
        intros [[y [E Y]] | [y [E Y]]]; congruence. }
    apply apart; apply elements_once.
Defined.

Lemma Sum_union (I J : Index) (f : Union I J -> R) :
  Sum (Union I J) f = Sum I (fun x => f (inl x)) + Sum J (fun x => f (inr x)).
Proof.
  rewrite !Sum_right; simpl; induction (elements I) as [| x l IH]; simpl.
  - induction (elements J) as [| x l IH]; simpl in *; lra.
  - rewrite IH; ring.
Qed.
Lemma Sum_point (f : point -> R) : Sum point f = f tt.
Proof. reflexivity. Qed.
Lemma Sum_run n (f : Run n -> R) : Sum (Run n) f = Prefix (n + 1) (fun k => f (clip n k)).
Proof.
  rewrite Sum_right, Nat.add_1_r; change (elements (Run n)) with (map (clip n) (seq 0 (S n))).
  generalize (S n) as m; induction m as [| m IH].
  - reflexivity.
  - rewrite seq_S, map_app, fold_right_app; simpl; rewrite <- IH; clear IH.
    generalize (f (clip n m) + 0), (Rplus_0_r (f (clip n m))); intros a <-.
    induction (map (clip n) (seq 0 m)) as [| x l IH]; simpl; [lra | rewrite IH; symmetry; apply Rplus_assoc].
Qed.
Lemma Prefix_ext n f g : (forall k, INR k <= INR n -> f k = g k) -> Prefix (n + 1) f = Prefix (n + 1) g.
Proof.
  intros H; rewrite Nat.add_1_r; cut (forall m, (m <= S n)%nat -> Prefix m f = Prefix m g); [auto |].
  induction m; simpl; intros L; [reflexivity |]. rewrite IHm, H; auto with arith. apply le_INR; lia.
Qed.
Lemma min_INR a b : INR (Nat.min a b) = Rmin (INR a) (INR b).
Proof.
  destruct (le_dec a b) as [H | H]; [rewrite Nat.min_l | rewrite Nat.min_r]; try lia; symmetry;
    [apply Rmin_left | apply Rmin_right]; apply le_INR; lia.
Qed.

(** Terms that differ in INR (a + b) = INR a + INR b alone, or in INR of a numeral *)
Ltac casts := repeat first [rewrite plus_INR | rewrite mult_INR | setoid_rewrite plus_INR |
  setoid_rewrite mult_INR]; cbn [INR].
Ltac casts_in Q := cbv beta in Q; repeat first [rewrite plus_INR in Q | rewrite mult_INR in Q |
  setoid_rewrite plus_INR in Q | setoid_rewrite mult_INR in Q]; cbn [INR] in Q.
Ltac up_to_casts t := let Q := fresh in pose proof t as Q; cbv beta in Q |- *;
  first [ lazymatch goal with
    | |- context [INR (_ _ _)] => casts_in Q; casts; exact Q
    | _ => lazymatch type of Q with context [INR (_ _ _)] => casts_in Q; exact Q | _ => exact Q end
    end | casts_in Q; cbn; casts; exact Q | cbn in Q |- *; lra ].

(** The same in a model with runs: sums over them are sums over numbers *)
Lemma transport (P Q : Prop) : P = Q -> P -> Q.
Proof. now intros <-. Qed.
Ltac written_out := rewrite ?Sum_union, ?Sum_run, ?Sum_point; repeat match goal with |- context [Sum ?I ?f] =>
    let l := eval cbv in (elements I) in
    change (Sum I f) with (match map f l with [] => 0 | x :: rest => fold_left Rplus rest x end)
  end; cbn [number clip map fold_left].
Ltac push_INR := rewrite ?Nat.min_0_l; repeat first [rewrite plus_INR | rewrite mult_INR | rewrite min_INR]; cbn [INR].
Ltac same := first [reflexivity | match goal with
  | |- Prefix _ _ = Prefix _ _ => apply Prefix_ext; intros ? ?; push_INR;
    repeat match goal with |- context [Rmin ?a ?b] => rewrite (Rmin_left a b) by lra end; same
  | |- _ = _ => progress f_equal; same
  end].
Ltac up_to_runs t := let Q := fresh in pose proof t as Q; cbv beta in Q;
  first [exact Q | casts_in Q; written_out; push_INR; casts; refine (transport _ _ _ Q); same].

(** Conjunctions and alternatives apart, and the equation of each quotient whose denominator is not 0 *)
Ltac not_zero := first [assumption | lra | apply Rgt_not_eq; nra | apply Rlt_not_eq; nra].
Ltac apart := intros; repeat match goal with
  | H : _ /\ _ |- _ => destruct H
  | H : _ \/ _ |- _ => destruct H
  | H : ~ (?b = 0) -> _ |- _ => let N := fresh in assert (N : b <> 0) by not_zero; specialize (H N)
  | |- _ /\ _ => split
  | |- ~ _ => intro
  end.

(** * Models: elements of an enumeration *)
Ltac finite := [> intros []; simpl; tauto | repeat constructor; simpl; intuition discriminate].
(** Elements that depend on a number n are told apart by n = 0, n = 1, ... *)
Ltac numbers := try match goal with n : nat |- _ => destruct n as [|[|[|[|n]]]] end.
Ltac elements_equal h := first [reflexivity |
  repeat first [apply (f_equal inl) | apply (f_equal inr)]; apply upto_eq, INR_eq; up_to_runs h |
  numbers; reflexivity |
  exfalso; first [exact (h I) | pose proof h; cbn in *; lra]].
Ltac elements_differ h := first [exact I | intros _; exfalso; let q := fresh in pose proof h as q;
  cbv in q; discriminate q].
