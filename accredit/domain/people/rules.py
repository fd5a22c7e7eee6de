"""The least data that works.

- A name is any text of 1 to 150 letters, kept exactly as typed in NFC; one word is a complete name.
- Control characters, line breaks, bidi overrides and characters that imitate a verdict are refused in a name.
- From a date of birth only the months of turning 13, 16 and 18 are kept.
- A UPN is kept only as a keyed hash.
- A supervisor is added by a co-ordinator, who ticks that the organisation's own safer-recruitment checks were done.
"""

from __future__ import annotations
