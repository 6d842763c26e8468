# L = CE(pseudo-labels) + 0.1 * sum_k KL(stop_grad[fused] || p_k): MRNet's second stage.
# The text keeps the memory regularisation in it; the released command sets it to 0,
# which is objectives=dict(consensus=None), maps=dict(consensus=None).
_base_ = "./pseudo.py"

model = dict(
    maps=dict(
        consensus=dict(
            type="HeadDivergenceMap",
            on="target",
            reference="ensemble",
            detach_reference=True,
        ),
    ),
    objectives=dict(
        pseudo=dict(paper="MRNet paper, second stage"),
        consensus=dict(
            type="MinimizeMap",
            map="consensus",
            loss_weight=dict(decode=0.1, aux=0.1),
            paper="MRNet paper, Eq. 5 (memory regularisation)",
        ),
    ),
)
