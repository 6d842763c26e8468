# Regularised self-training (RST): labels are chosen by p * M_multi (Eq. 13).
_base_ = "./region_labels_st.py"

stages = dict(pseudo_labels=dict(rule=dict(map="multi")))
