# L = RLL + lambda_ent * sum_levels L_ent(C_region(E(target))), which C_region ascends
# RL-AL: MLAN paper, Eq. 4 and 5. Signs as in RegionConsistencyMap's docstring.
_base_ = "./rll.py"

contested = dict(
    _base_.region_map,
    head_ascends=True,
    # lambda_R = (1 - iter / max_iter) ** power; max_iter is the schedule's length
    decay=dict(power=0.9, end_iters=250000),
)
model = dict(
    maps=dict(
        small=dict(contested, head="c_small"),
        medium=dict(contested, head="c_medium"),
        large=dict(contested, head="c_large"),
    ),
    objectives=dict(
        rl_al=dict(
            type="MinimaxMap",
            maps=["small", "medium", "large"],
            loss_weight=dict(decode=1e-3),  # lambda_ent
            paper="MLAN paper, Eq. 4",
        ),
    ),
)
