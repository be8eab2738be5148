"""The HTTP door and what it remembers: routes, commands, permissions and the store behind them."""
