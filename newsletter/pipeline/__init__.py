"""The whole program in order: the only place where stages meet.

`gathering` fills the entries seen, `choosing` says where each stands, `making` drafts, renders, checks and approves
an issue, `mailing` sends it. All of them work on a `Desk`: one workspace at one moment.
"""
