"""The life of a credential: read the packages upward and they tell it."""
