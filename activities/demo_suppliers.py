"""The demo's ledger of suppliers: accounts that live in the sample records, opened once for each key."""

from __future__ import annotations

from hashlib import sha256

from pydantic import BaseModel, Field
from sqlalchemy import insert, select, update

from activities.data import as_action_error
from activities.errors import ActionError, Retryable
from activities.records import RecordError, Records
from activities.registry import ActionContext, Registry
from definitions.contracts import Touches

SUPPLIERS, ACCOUNTS = "demo.suppliers", "demo.accounts"
SOURCE = "demo"


class OpenAccount(BaseModel):
    """Whose account."""

    supplier: str = Field(min_length=1, max_length=100)


class CloseAccount(BaseModel):
    """Which account."""

    account: str = Field(min_length=1, max_length=100)


class Account(BaseModel):
    """`status` is `open` or `closed`."""

    id: str
    status: str


def register_suppliers(registry: Registry, records: Records) -> None:
    """Adds `demo.open_account` and `demo.close_account`, which work on the source `demo`."""

    @registry.action(
        "demo.open_account",
        title="Open an account for the supplier",
        undo="demo.close_account",
        repeatable=True,
        touches=Touches.WORLD,
    )
    async def open_account(asked: OpenAccount, context: ActionContext) -> Account:
        try:
            return await opened(records, asked.supplier, context.key)
        except RecordError as error:
            raise _told(error) from None

    @registry.action("demo.close_account", title="Close the account", repeatable=True, touches=Touches.WORLD)
    async def close_account(asked: CloseAccount) -> Account:
        try:
            return await closed(records, asked.account)
        except RecordError as error:
            raise _told(error) from None


async def opened(records: Records, supplier: str, key: str) -> Account:
    """The account under that key: the one that is there, or a new one. Raises ActionError `supplier_not_found`."""
    accounts, suppliers = await records.table(ACCOUNTS), await records.table(SUPPLIERS)
    async with records.writing(SOURCE) as connection:
        found = select(accounts.c.id, accounts.c.status).where(accounts.c.idempotency_key == key)
        if (row := (await connection.execute(found)).one_or_none()) is not None:
            return Account(id=row.id, status=row.status)
        known = await connection.execute(select(suppliers.c.id).where(suppliers.c.id == supplier))
        if known.one_or_none() is None:
            raise ActionError("supplier_not_found", f"There is no supplier {supplier!r}.")
        made = f"ac_{sha256(key.encode()).hexdigest()[:16]}"
        values = {"id": made, "supplier_id": supplier, "status": "open", "idempotency_key": key}
        await connection.execute(insert(accounts).values(**values))
        return Account(id=made, status="open")


async def closed(records: Records, account: str) -> Account:
    """Marks the account as closed; one that already is stays so. Raises ActionError `account_not_found`."""
    accounts = await records.table(ACCOUNTS)
    async with records.writing(SOURCE) as connection:
        done = update(accounts).where(accounts.c.id == account).values(status="closed")
        if (await connection.execute(done)).rowcount == 0:
            raise ActionError("account_not_found", f"There is no account {account!r}.")
    return Account(id=account, status="closed")


def _told(error: RecordError) -> ActionError:
    """A conflict here is another try of the same key that was faster: the next look finds its account."""
    if error.code == "conflict":
        return Retryable("The account is being opened by another try.", code="conflict")
    return as_action_error(error)
