"""Tools of MCP servers: one short client for each call, never a session that is kept.

    reach.py       where servers may be: programs of the installation, addresses; what one connection may cost
    stdio.py       a server as a child process: bounded, and gone when the call is over
    web.py         a server behind HTTP: through the guard of `activities.outbound`, signed in as whoever acts
    client.py      connect, read the tools, call one
    trouble.py     what went wrong, in our words: may the tool have acted?
    arguments.py   arguments against a tool's schema
    login.py       a login that expired, refreshed
    signing_in.py  signing in by OAuth, in two halves
    catalogue.py   which tools there are for a step
    call.py        the activity `holdfast.mcp`
    door.py        what the API asks of servers: their tools as they are now, and signing in

The SDK takes a second to import, so only what speaks to a server imports it, when the first call is made.
"""
