"""Real MCP servers, made with the SDK's server side, that do as a test asks: over stdio (`python -m
tests.support.mcp_servers`) and over HTTP (`web.py`, with a sign-in server of its own)."""
