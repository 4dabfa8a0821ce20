"""The door to the inside pages: sign-in, accounts, people, and the frame all inside pages stand in.

A page of another room needs three things of it: ``require_role`` (who is it, may they), ``Pages`` (its templates
in the frame) and ``add_room`` (its place in the navigation). docs/staff.md shows them at work.
"""
