"""A small relying party that stands for an extranet of another team: Mon-enfant.fr, Omega, QL web.

`sites.py` says how they differ; `python -m onebox.demo_extranet --config FILE` serves one of them.
"""
