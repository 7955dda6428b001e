"""The four services, three demo extranets and a mail inbox on one machine.

`layout` says where everything is, `cast` who plays, `demonstration` writes what the services import, `preparation`
makes a folder ready, `programs` and `supervisor` run the processes, `__main__` is `make demo`.
"""
