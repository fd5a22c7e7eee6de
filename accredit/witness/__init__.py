"""A witness of transparency logs (C2SP tlog-witness), to be run by another house than the log's.

`house` is its folder: name, encrypted key, the logs it knows. `service` decides, stores and cosigns. `application` is
its small web face. It knows no school and no credential, needs none of this service's settings, and trusts no log that
its keeper has not named.
"""
