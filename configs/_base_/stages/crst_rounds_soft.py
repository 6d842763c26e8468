# CRST's three rounds with soft labels, alpha = 0.25.
_base_ = "./crst_rounds.py"

rule = dict(type="SoftClassBalanced", alpha=0.25)
stages = dict(
    labels_1=dict(rule=rule), labels_2=dict(rule=rule), labels_3=dict(rule=rule)
)
