"""The four services, three demo extranets and a mail inbox on one machine.

`layout` says where everything is, `demonstration` writes the demo's data, `preparation` makes a folder ready, `supervisor`
runs the processes, `__main__` is `make demo`.
"""
