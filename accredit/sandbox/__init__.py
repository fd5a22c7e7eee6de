"""Where hostile bytes are opened: a child process that has no keys, no files and no network, and dies if it takes long.

- `sandbox`: the parent's side, one `Sandbox` per task: `Sandbox.run(bytes)` → what the task answered, or `Stopped`
- `turns`: one child at a time, whichever process of the service asked
- `nursery`: a process of its own that forks one child per job and watches it
- `limits`: what a child may spend
- `confinement`, `system_calls`: what a child may not do, and may use
- `credential_task`: the task that takes a credential or a printed address out of a file
- `workbook_task`, `workbooks`: the one that reads the cells of a member of staff's workbook

Not here: what is taken out. It is as untrusted as the file was, and whoever asked reads it with a strict reader.
"""
