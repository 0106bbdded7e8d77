(** The main theorems in words of their own, written by hand. What a reader has to believe is that they
    say what the paper says: with Index, Sum, Prefix and Deriv of GradGap.v, the definitions below are
    all there is. Each proof is one application of the theorem that was generated from our proofs; that of
    threshold_exact is three. *)
From Coq Require Import Reals Lra Lia.
Require Import GradGap.
Require sharp_step eta_safe theorem_1b theorem_1b_sharp theorem_1a theorem_1a_printed
  token_sharp_step theorem_3 theorem_2 theorem_4 expansion_printed fixed_step_floor overshooting_sharp.
Open Scope R_scope.

(** * Definitions *)
(** Responses o have log-probabilities p o and rewards r o. Success rate; means over the correct and
    over the incorrect responses; the gap between the mean scores; log odds. *)
Definition success {O : Index} (r p : O -> R) : R := Sum O (fun o => r o * exp (p o)).
Definition mean_right {O : Index} (r p f : O -> R) : R :=
  Sum O (fun o => r o * exp (p o) * f o) / success r p.
Definition mean_wrong {O : Index} (r p f : O -> R) : R :=
  Sum O (fun o => (1 - r o) * exp (p o) * f o) / (1 - success r p).
Definition gap {O : Index} (r p score : O -> R) : R := mean_right r p score - mean_wrong r p score.
Definition log_odds (J : R) : R := ln J - ln (1 - J).

(** One update walks from t = 0 to t = eta: logp o t is the log-probability on the way, score o t its
    slope. Assumption 1(b): the score is L-Lipschitz from the start on. *)
Definition policy {O : Index} (logp score : O -> R -> R) (r : O -> R) : Prop :=
  (forall t, Sum O (fun o => exp (logp o t)) = 1) /\ (forall o, Deriv (logp o) (score o)) /\
  (forall o, 0 <= r o <= 1).
Definition smooth {O : Index} (score : O -> R -> R) (L eta : R) : Prop :=
  forall o t, 0 <= t <= eta -> Rabs (score o t - score o 0) <= L * t.

(** Many updates: step k walks to eta k, and step k + 1 starts there. J k is the success rate before
    step k, M K the cumulative gap of eq. (14), and [curve] the right side of (15b). *)
Definition trajectory {O : Index} (logp score : nat -> O -> R -> R) (r : O -> R) (L : R)
    (eta : nat -> R) : Prop :=
  (forall k, policy (logp k) (score k) r) /\ (forall k, smooth (score k) L (eta k)) /\
  (forall k, 0 <= eta k) /\ (forall k o, logp (k + 1)%nat o 0 = logp k o (eta k)).
Definition at_start {O : Index} (f : nat -> O -> R -> R) (k : nat) (o : O) : R := f k o 0.
Definition cumulative (gaps eta : nat -> R) (K : nat) : R :=
  Prefix K (fun k => Rmax (gaps k) 0 * eta k).
Definition curve (J0 M : R) : R := J0 / (J0 + (1 - J0) * exp (- (M / 2))).

(** Responses that are grown token by token. [extend p v] is prefix p followed by token v, [whole o] the
    complete prefix that response o is, [begins p o] is 1 when o begins with p. *)
Definition tree {P V O : Index} (root : P) (extend : P -> V -> P) (whole : O -> P)
    (begins : P -> O -> R) (complete : P -> R) (length : P -> nat) (T : nat) : Prop :=
  ((forall o, begins root o = 1) /\ INR (length root) = 0) /\
  (forall p, complete p <> 1 -> INR (length p) + 1 <= INR T /\
    (forall v, INR (length (extend p v)) = INR (length p) + 1) /\
    (forall o, Sum V (fun v => begins (extend p v) o) = begins p o)) /\
  (forall p, complete p = 1 ->
    Sum O (fun o => begins p o) = 1 /\ (forall o, begins p o = 0 \/ whole o = p)) /\
  (forall p o, begins p o = 0 \/ begins p o = 1).
(** The policy on it; Assumption 2 speaks of one token. *)
Definition token_policy {P V : Index} (root : P) (extend : P -> V -> P) (complete : P -> R)
    (logp score : P -> R -> R) : Prop :=
  ((forall t, logp root t = 0) /\ (forall p, complete p <> 1 ->
    forall t, Sum V (fun v => exp (logp (extend p v) t - logp p t)) = 1)) /\
  (forall p, Deriv (logp p) (score p)).
Definition token_smooth {P V : Index} (extend : P -> V -> P) (complete : P -> R)
    (score : P -> R -> R) (L eta : R) : Prop :=
  0 <= L /\ (forall p, complete p <> 1 -> forall v t, 0 <= t <= eta ->
    Rabs (score (extend p v) t - score p t - (score (extend p v) 0 - score p 0)) <= L * t).

(** * Small facts about these definitions *)
Lemma zero_or_one x : x ^ 2 = x -> x = 0 \/ x = 1.
Proof. intros H; assert (x * (x - 1) = 0) as E by lra; apply Rmult_integral in E; lra. Qed.

Lemma success_nonneg (O : Index) (r p : O -> R) : (forall o, 0 <= r o <= 1) -> 0 <= success r p.
Proof.
  intros H; rewrite <- (Sum_zero O); apply Sum_le; intros o.
  apply Rmult_le_pos; [apply H | left; apply exp_pos].
Qed.

Lemma vanishes (J : nat -> R) (n : R -> R) : (forall k, 0 <= J k) ->
  (forall eps k, 0 < eps -> n eps <= INR k -> J k <= eps) -> Un_cv J 0.
Proof.
  intros P H eps E; set (u := up (n (eps / 2))); exists (Z.to_nat u); intros k K.
  assert (n (eps / 2) <= INR k).
  { destruct (archimed (n (eps / 2))) as [A _]; fold u in A.
    rewrite INR_IZR_INZ; assert (IZR u <= IZR (Z.of_nat k)) by (apply IZR_le; lia); lra. }
  specialize (P k); specialize (H (eps / 2) k).
  unfold R_dist; rewrite Rminus_0_r, Rabs_pos_eq by assumption; lra.
Qed.

(** * Theorems *)
Theorem sharp_step (O : Index) (logp score : O -> R -> R) (r : O -> R) (L eta : R) :
  let J t := success r (fun o => logp o t) in
  let D := gap r (fun o => logp o 0) (fun o => score o 0) in
  policy logp score r -> smooth score L eta -> 0 < J 0 < 1 -> 0 <= eta ->
  - (L * eta ^ 2 / (2 * (1 - J 0))) <= log_odds (J eta) - log_odds (J 0) - D * eta
    <= L * eta ^ 2 / (2 * J 0).
Proof. intros J D [A [B C]]; intros; now apply sharp_step.sharp_step with (L := L). Qed.

Theorem eta_safe (O : Index) (logp score : O -> R -> R) (r : O -> R) (G L eta : R) :
  let J t := success r (fun o => logp o t) in
  let D := gap r (fun o => logp o 0) (fun o => score o 0) in
  policy logp score r -> smooth score L eta -> (forall o, Rabs (score o 0) <= G) -> 0 < L ->
  0 < J 0 < 1 -> 0 < eta < Rmax (2 * (1 - J 0) * D / L)
    (Rmax (2 * J 0 * D / (L + G ^ 2)) (D / (L + G ^ 2 / 2))) ->
  J 0 < J eta.
Proof. intros J D [A [B C]]; intros; now apply eta_safe.eta_safe with (score := score) (G := G) (L := L). Qed.

(** Theorem 1(b), under condition (15a); the paper's bound eta k <= 1/(2 sqrt L) is not needed *)
Theorem theorem_1b (O : Index) (logp score : nat -> O -> R -> R) (r : O -> R) (G L : R)
    (eta : nat -> R) (K : nat) :
  let J k := success r (at_start logp k) in
  let D k := gap r (at_start logp k) (at_start score k) in
  trajectory logp score r L eta -> (forall k o, Rabs (score k o 0) <= G) -> 0 < L -> 0 < J 0%nat < 1 ->
  (forall k, eta k <= Rmax (D k) 0 / (2 * (L + 8 * G ^ 2))) ->
  curve (J 0%nat) (cumulative D eta K) <= J K.
Proof.
  intros J D [A [B [C E]]]; intros.
  apply (theorem_1b.theorem_1b O eta logp r score G K L); try assumption; intros k; apply (A k) || apply (A 0%nat).
Qed.

Theorem theorem_1b_sharp (O : Index) (logp score : nat -> O -> R -> R) (r : O -> R) (L : R)
    (eta : nat -> R) (K : nat) :
  let J k := success r (at_start logp k) in
  let D k := gap r (at_start logp k) (at_start score k) in
  trajectory logp score r L eta -> 0 < L -> 0 < J 0%nat < 1 ->
  (forall k, eta k <= (1 - J k) * Rmax (D k) 0 / L) ->
  curve (J 0%nat) (cumulative D eta K) <= J K.
Proof.
  intros J D [A [B [C E]]]; intros.
  apply (theorem_1b_sharp.theorem_1b_sharp O eta logp r score K L); try assumption; intros k; apply (A k) || apply (A 0%nat).
Qed.

(** Theorem 1(a), with the sign that is lost in print *)
Theorem theorem_1a (O : Index) (logp score : nat -> O -> R -> R) (r : O -> R) (C0 C1 G L : R)
    (eta : nat -> R) (K : nat) :
  let J k := success r (at_start logp k) in
  let D k := gap r (at_start logp k) (at_start score k) in
  let ceiling := J 0%nat / (J 0%nat + exp (- (C0 + C1)) * (1 - J 0%nat)) in
  trajectory logp score r L eta -> (forall k o, Rabs (score k o 0) <= G) -> 0 < L -> 0 < J 0%nat < 1 ->
  (forall K, cumulative D eta K <= C0) ->
  (forall K, Prefix K (fun k => eta k ^ 2) <= C1 / (L + 8 * G ^ 2)) ->
  J K <= ceiling /\ ceiling < 1.
Proof.
  intros J D ceiling [A [B [C E]]]; intros.
  apply (theorem_1a.theorem_1a O eta logp r score C0 C1 G K L); try assumption; intros k; apply (A k) || apply (A 0%nat).
Qed.

(** As printed, Theorem 1(a) is false *)
Theorem theorem_1a_printed_refuted :
  ~ (forall (O : Index) (logp score : nat -> O -> R -> R) (r : O -> R) (C0 C1 G L : R)
       (eta : nat -> R) (K : nat),
  let J k := success r (at_start logp k) in
  let D k := gap r (at_start logp k) (at_start score k) in
  let ceiling := J 0%nat / (J 0%nat + exp (C0 + C1) * (1 - J 0%nat)) in
  trajectory logp score r L eta -> (forall k o, Rabs (score k o 0) <= G) -> 0 < L -> 0 < J 0%nat < 1 ->
  (forall K, cumulative D eta K <= C0) ->
  (forall K, Prefix K (fun k => eta k ^ 2) <= C1 / (L + 8 * G ^ 2)) ->
  (forall k, 4 * L * eta k ^ 2 <= 1) -> 0 <= C0 /\ 0 <= C1 ->
  J K <= ceiling /\ ceiling < 1).
Proof.
  intros printed; apply theorem_1a_printed.theorem_1a_printed_refuted.
  intros O eta logp r score C0 C1 G K L; intros.
  apply (printed O logp score r C0 C1 G L eta K); try assumption.
  repeat split; auto; apply H2.
Qed.

(** The coefficient of eta^2 in eq. (17), as printed, is false too *)
Theorem expansion_printed_refuted :
  ~ (forall (O : Index) (logp score bend : O -> R -> R) (r : O -> R) (second : R -> R),
  let p t o := logp o t in let s t o := score o t in
  let variance mean := mean r (p 0) (fun o => s 0 o ^ 2) - mean r (p 0) (s 0) ^ 2 in
  (forall t, Sum O (fun o => exp (logp o t)) = 1) -> (forall o, Deriv (logp o) (score o)) ->
  (forall o, Deriv (score o) (bend o)) -> (forall t, 0 < success r (p t) < 1) ->
  Deriv (fun t => gap r (p t) (s t)) second ->
  second 0 / 2 = variance mean_right - variance mean_wrong).
Proof.
  intros printed; apply expansion_printed.expansion_printed_refuted.
  intros O bend logp r score second; intros. now apply (printed O logp score bend r second).
Qed.

(** Token by token: L bounds the curvature of one token, and the mean length takes the place of 1 *)
Theorem token_sharp_step (P V O : Index) (root : P) (extend : P -> V -> P) (whole : O -> P)
    (begins : P -> O -> R) (complete : P -> R) (length : P -> nat) (T : nat)
    (logp score : P -> R -> R) (r : O -> R) (L eta : R) :
  let p t o := logp (whole o) t in let J t := success r (p t) in
  let D := gap r (p 0) (fun o => score (whole o) 0) in
  let tokens o := INR (length (whole o)) in
  tree root extend whole begins complete length T -> token_policy root extend complete logp score ->
  token_smooth extend complete score L eta -> (forall o, 0 <= r o <= 1) -> 0 < J 0 < 1 -> 0 <= eta ->
  - (L * mean_right r (p 0) tokens * eta ^ 2 / (2 * (1 - J 0)))
    <= log_odds (J eta) - log_odds (J 0) - D * eta
    <= L * mean_wrong r (p 0) tokens * eta ^ 2 / (2 * J 0).
Proof.
  intros p J D tokens [A [B [C E]]] [F H]; intros.
  now apply (token_sharp_step.token_sharp_step P O V begins complete extend length logp r score whole L T eta root).
Qed.

(** Theorem 3, under condition (18a) *)
Theorem theorem_3 (P V O : Index) (root : P) (extend : P -> V -> P) (whole : O -> P)
    (begins : P -> O -> R) (complete : P -> R) (length : P -> nat) (T : nat)
    (logp score : nat -> P -> R -> R) (r : O -> R) (L G T_psi : R) (eta : nat -> R) (K : nat) :
  let p k o := logp k (whole o) 0 in let J k := success r (p k) in
  let D k := gap r (p k) (fun o => score k (whole o) 0) in
  tree root extend whole begins complete length T -> (forall o, 1 <= INR (length (whole o))) ->
  (forall k, token_policy root extend complete (logp k) (score k)) ->
  (forall k, token_smooth extend complete (score k) L (eta k)) ->
  (forall k, 0 <= G /\ (forall p, complete p <> 1 ->
    forall v, Rabs (score k (extend p v) 0 - score k p 0) <= G)) ->
  (forall k, 0 < T_psi /\
    Sum O (fun o => exp (p k o) * exp (INR (length (whole o)) / T_psi)) <= 2) ->
  (forall o, 0 <= r o <= 1) -> (forall k, 0 <= eta k) ->
  (forall k p, logp (k + 1)%nat p 0 = logp k p (eta k)) -> 0 < J 0%nat < 1 -> 0 < L ->
  (forall k, eta k <= Rmax (D k) 0 / 2 / (L * INR T + G ^ 2 * Rmin (T_psi / (1 - J k)) (8 * INR T ^ 2))) ->
  (forall k, 4 * ((L * INR T + G ^ 2 * T_psi) * eta k ^ 2) <= 1) ->
  curve (J 0%nat) (cumulative D eta K) <= J K.
Proof.
  intros p J D [A [B [C E]]]; intros.
  apply (theorem_3.theorem_3 P O V begins complete eta extend length logp r score whole G K L T T_psi root);
    try assumption; intros k; apply H0.
Qed.

(** Theorem 2: from every J0 in (0, 1), for every step eta of the printed range and every G with
    L <= G^2 < 6.5 L, there are a policy and a line in it, cut into steps of length eta, on which the gap is
    always at least the given one, and the success rate falls at every step and tends to zero *)
Theorem theorem_2 (J0 gap0 L G eta : R) :
  0 < J0 < 1 -> 0 < gap0 -> 0 < L -> 0 < G /\ L <= G ^ 2 /\ 2 * G ^ 2 < 13 * L ->
  60 * gap0 <= eta * (L + G ^ 2) -> 0 < eta /\ 4 * eta ^ 2 * (L + G ^ 2) <= 1 ->
  exists (O : Index) (logp score : nat -> O -> R -> R) (r : O -> R),
  let J k := success r (at_start logp k) in
  (forall k, policy (logp k) (score k) r) /\ (forall o, r o = 0 \/ r o = 1) /\
  (forall k o t, logp k o t = logp 0%nat o (INR k * eta + t)) /\ J 0%nat = J0 /\
  (forall k o t, Rabs (score k o t) <= G) /\
  (forall k o t u, t <= u -> Rabs (score k o u - score k o t) <= L * (u - t)) /\
  (forall k, gap0 <= gap r (at_start logp k) (at_start score k)) /\
  (forall k, J (k + 1)%nat < J k) /\ Un_cv J 0.
Proof.
  intros. destruct (theorem_2.theorem_2 J0 gap0 L G eta)
    as [O [n [e [logp [r [score [[P1 [P2 [P3 [P4 [P5 P6]]]]] [[Q1 Q2] [S1 [S2 S3]]]]]]]]]]; try assumption.
  assert (B : forall o, r o = 0 \/ r o = 1) by (intros o; apply zero_or_one, P3).
  assert (A : forall o, 0 <= r o <= 1) by (intros o; destruct (B o) as [E | E]; rewrite E; lra).
  exists O, logp, score, r.
  refine (conj (fun k => conj (P1 k) (conj (P2 k) A))
    (conj B (conj P5 (conj P6 (conj Q1 (conj Q2 (conj S1 (conj S2 _)))))))).
  apply (vanishes _ n); [intros k; apply success_nonneg, A | exact S3].
Qed.

(** The threshold is 2 gap/L, exactly. Steps of rho gap0/L on which the gap is at least gap0, small against
    the square root of L. Below 2, whatever the policy is: J keeps above its floor, it comes up to
    1 - rho/2, and it rises at every step at which rho < 2 (1 - J). Above 2, from every J0: a policy with three
    parameters under Assumption 1 with G^2 = L, and steps along the gap, of length gap0, on which J
    falls at every step, to 0 *)
Theorem threshold_exact (rho L gap0 : R) : 0 < rho -> 0 < L -> 0 < gap0 ->
  let eta := rho * gap0 / L in
  (rho < 2 -> rho * gap0 ^ 2 <= L ->
    forall (O : Index) (logp score : nat -> O -> R -> R) (r : O -> R),
    let J k := success r (at_start logp k) in
    trajectory logp score r L (fun _ => eta) -> 0 < J 0%nat < 1 ->
    (forall k, gap0 <= gap r (at_start logp k) (at_start score k)) ->
    (forall k, Rmin (J 0%nat) (1 - rho / 2) <= J k) /\
    (forall eps, 0 < eps -> exists n, forall k, (n <= k)%nat -> 1 - rho / 2 - eps <= J k) /\
    (forall k G, (forall o, Rabs (score k o 0) <= G) -> rho < 2 * (1 - J k) -> J k < J (k + 1)%nat)) /\
  (2 < rho -> 2 * rho * gap0 ^ 2 <= (rho - 2) * L -> forall J0, 0 < J0 < 1 ->
    exists (O : Index) (logp s1 s2 s3 : O -> R -> R -> R -> R) (r : O -> R) (x y z : nat -> R),
    let J k := success r (fun o => logp o (x k) (y k) (z k)) in
    let D s k := gap r (fun o => logp o (x k) (y k) (z k)) (fun o => s o (x k) (y k) (z k)) in
    let square a b c := a ^ 2 + b ^ 2 + c ^ 2 in
    (forall a b c, Sum O (fun o => exp (logp o a b c)) = 1) /\
    (forall o a b c v w u, Deriv (fun t => logp o (a + v * t) (b + w * t) (c + u * t))
      (fun t => v * s1 o (a + v * t) (b + w * t) (c + u * t) + w * s2 o (a + v * t) (b + w * t) (c + u * t)
        + u * s3 o (a + v * t) (b + w * t) (c + u * t))) /\
    (forall o, r o = 0 \/ r o = 1) /\ J 0%nat = J0 /\
    (forall o a b c, square (s1 o a b c) (s2 o a b c) (s3 o a b c) <= L) /\
    (forall o a b c a' b' c', square (s1 o a' b' c' - s1 o a b c) (s2 o a' b' c' - s2 o a b c)
      (s3 o a' b' c' - s3 o a b c) <= L ^ 2 * square (a' - a) (b' - b) (c' - c)) /\
    (forall k, square (D s1 k) (D s2 k) (D s3 k) = gap0 ^ 2) /\
    (forall k, x (k + 1)%nat = x k + eta * (D s1 k / gap0) /\ y (k + 1)%nat = y k + eta * (D s2 k / gap0) /\
      z (k + 1)%nat = z k + eta * (D s3 k / gap0)) /\
    (forall k, J (k + 1)%nat < J k) /\ Un_cv J 0).
Proof.
  intros R0 L0 G0 eta. assert (E0 : 0 < eta) by (unfold eta; apply Rdiv_lt_0_compat; nra).
  assert (EL : eta * L = rho * gap0) by (unfold eta; field; lra). clearbody eta. split.
  - intros R2 S O logp score r J [A [B [C E]]] I D.
    assert (F : eta * L / (2 * gap0) = rho / 2) by (rewrite EL; field; lra).
    assert (M : eta * gap0 <= 1).
    { apply (Rmult_le_reg_r L); [assumption |]. replace (eta * gap0 * L) with (eta * L * gap0) by ring.
      rewrite EL; nra. }
    assert (H : forall K eps, 0 < eps -> Rmin (J 0%nat) (1 - rho / 2) <= J K /\
      (1 <= 1 * INR K * eta * gap0 * eps * Rmin (J 0%nat) (1 - rho / 2) -> 1 - rho / 2 - eps <= J K)).
    { intros K eps P; rewrite <- F.
      apply (fixed_step_floor.fixed_step_floor O (fun _ => eta) logp r score K L eps eta gap0);
        try assumption; try reflexivity; intros k; apply (A k) || apply (A 0%nat) || apply D. }
    assert (P : 0 < Rmin (J 0%nat) (1 - rho / 2)) by (apply Rmin_glb_lt; lra).
    split; [| split].
    + intros k; apply (H k 1); lra.
    + intros eps Q. set (c := eta * gap0 * eps * Rmin (J 0%nat) (1 - rho / 2)).
      assert (c0 : 0 < c) by (unfold c; repeat apply Rmult_lt_0_compat; assumption).
      destruct (archimed_cor1 c c0) as [n [N N0]]. exists n; intros k K.
      apply (H k eps Q). apply le_INR in K.
      replace (1 * INR k * eta * gap0 * eps * Rmin (J 0%nat) (1 - rho / 2)) with (INR k * c) by (unfold c; ring).
      apply lt_INR in N0; simpl in N0; apply (Rmult_lt_compat_l (INR n)) in N; [| assumption].
      rewrite Rinv_r in N by lra. apply Rle_trans with (INR n * c); [lra | apply Rmult_le_compat_r; lra].
    + intros k G W T. assert (Jk : 0 < J k < 1) by (pose proof (H k 1); lra).
      assert (Q : eta < 2 * (1 - J k) * gap r (at_start logp k) (at_start score k) / L).
      { apply (Rmult_lt_reg_r L); [assumption |]. rewrite EL. unfold Rdiv.
        rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra.
        apply Rlt_le_trans with (2 * (1 - J k) * gap0); [apply Rmult_lt_compat_r; lra |].
        apply Rmult_le_compat_l; [lra | apply D]. }
      unfold J at 2, at_start, success; rewrite (Sum_eq O _ (fun o => r o * exp (logp k o eta)))
        by (intros o; rewrite E; reflexivity).
      apply (eta_safe.eta_safe O (logp k) r (score k) G L eta); try assumption; try apply (A k);
        try exact Jk; try apply B.
      split; [assumption |]. eapply Rlt_le_trans; [exact Q | apply Rmax_l].
  - intros R2 S J0 HJ. destruct (overshooting_sharp.overshooting_sharp J0 gap0 L eta)
      as [O [n [logp [x [y [r [s1 [s2 [s3 [z [[P1 [P2 [P3 P4]]] [[Q1 Q2] [S1 [S2 S3]]]]]]]]]]]]]]; try assumption.
    { apply (Rmult_le_reg_r L); [assumption |].
      replace (eta * (L + - (2 * gap0 ^ 2)) * L) with (eta * L * (L - 2 * gap0 ^ 2)) by ring.
      rewrite EL; nra. }
    assert (B : forall o, r o = 0 \/ r o = 1) by (intros o; apply zero_or_one, P3).
    assert (step : forall a b d, gap0 * (b + - a) = eta * d -> b = a + eta * (d / gap0)).
    { intros a b d H. apply (Rmult_eq_reg_l gap0); [| lra].
      replace (gap0 * (a + eta * (d / gap0))) with (gap0 * a + eta * d) by (field; lra). lra. }
    assert (squared : forall a b c, a * a + b * b + c * c = gap0 ^ 2 -> a ^ 2 + b ^ 2 + c ^ 2 = gap0 ^ 2)
      by (intros a b c H; rewrite <- H; ring).
    exists O, logp, s1, s2, s3, r, x, y, z.
    refine (conj P1 (conj P2 (conj B (conj P4 (conj _ (conj _ (conj _ (conj _ (conj S2 _))))))))).
    + intros o a b c; specialize (Q1 o a b c); cbv beta; lra.
    + intros o a b c a' b' c'; specialize (Q2 o a b c a' b' c'); cbv beta; lra.
    + intros k; destruct (S1 k) as [H _]; apply squared, H.
    + intros k; destruct (S1 k) as [_ [H1 [H2 H3]]]. split; [| split]; apply step; assumption.
    + apply (vanishes _ n); [| exact S3]. intros k; apply success_nonneg.
      intros o; destruct (B o) as [H | H]; rewrite H; lra.
Qed.

(** Theorem 4: token by token, in trees of up to T tokens, for every T. The correct responses
    have T tokens *)
Theorem theorem_4 (p0 gap0 L G eta : R) (T : nat) :
  0 < p0 -> 2 * p0 <= 1 -> 0 < gap0 -> 0 < L -> 0 < G /\ L <= G ^ 2 /\ 2 * G ^ 2 < 13 * L ->
  (1 <= T)%nat -> 120 * gap0 <= eta * ((L + G ^ 2) * INR T) ->
  0 < eta /\ 4 * eta ^ 2 * ((L + G ^ 2) * INR T) <= 1 ->
  exists (P V O : Index) (root : P) (extend : P -> V -> P) (whole : O -> P) (begins : P -> O -> R)
    (complete : P -> R) (length : P -> nat) (logp score : nat -> P -> R -> R) (r : O -> R),
  let p k o := logp k (whole o) 0 in let J k := success r (p k) in
  let token k q v t := score k (extend q v) t - score k q t in
  tree root extend whole begins complete length T /\ (forall o, 1 <= INR (length (whole o))) /\
  (forall o, r o = 0 \/ r o = 1) /\ (forall o, r o = 0 \/ INR (length (whole o)) = INR T) /\
  (forall k, token_policy root extend complete (logp k) (score k)) /\
  (forall k q t, logp k q t = logp 0%nat q (INR k * eta + t)) /\ J 0%nat = p0 ^ T /\
  (forall k q, complete q <> 1 -> forall v t, Rabs (token k q v t) <= G) /\
  (forall k q, complete q <> 1 -> forall v t u, t <= u ->
    Rabs (token k q v u - token k q v t) <= L * (u - t)) /\
  (forall k, gap0 <= gap r (p k) (fun o => score k (whole o) 0)) /\
  (forall k, J (k + 1)%nat < J k) /\ Un_cv J 0.
Proof.
  intros P0 P1 H0 H1 H2 H3 H4 H5. destruct (theorem_4.theorem_4 p0 gap0 L G eta T (pred T))
    as [P [O [V [n [begins [complete [e [extend [length [logp [r [score [whole [root H]]]]]]]]]]]]]];
    try assumption; [split; assumption | rewrite <- S_INR; f_equal; lia |].
  destruct H as [[[S1 [S2 [S3 [S4 [S5 S6]]]]] [[P2 [P3 [P4 [P5 [P6 P7]]]]] [Q1 Q2]]] [C1 [C2 C3]]].
  assert (B : forall o, r o = 0 \/ r o = 1) by (intros o; apply zero_or_one, P4).
  exists P, V, O, root, extend, whole, begins, complete, length, logp, score, r.
  refine (conj (conj S1 (conj S2 (conj S3 S4))) (conj S5 (conj B (conj S6
    (conj (fun k => conj (P2 k) (P3 k)) (conj P6 (conj _ (conj Q1 (conj Q2 (conj C1 (conj C2 _))))))))))).
  - transitivity (Rpower p0 (INR T)); [exact P7 | apply Rpower_pow, P0].
  - apply (vanishes _ n); [| exact C3]. intros k; apply success_nonneg.
    intros o; destruct (B o) as [E | E]; rewrite E; lra.
Qed.
