"""Hostile input, millions of times: `make fuzz` runs each target for ten minutes, `test_sample` a few seconds.

- `target`: what a target is; `targets`: one file for each
- `mutations`: how an input becomes another (bytes, JSON trees)
- `worker`: one target in a process of its own, guided by coverage where atheris is installed
- `limits`: processor time and memory of one input; `progress`: what was done and found, kept between runs
- `__main__`: one target after another; `report`: the table at the end
"""
