# Stage one of LCDA: stage two's schedule (100k iterations, stopped at 40k) at twice the
# rate. What is said there of the optimizer and the decay holds here too; no warm-up is
# our choice (Seg-Uncertainty's code, whose policy the paper names, has one).
_base_ = "./lcrf_100k.py"

optim_wrapper = dict(segmentor=dict(optimizer=dict(lr=2e-4)))
