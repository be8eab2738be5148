// What there is to look after: each register with its address, what of a row is shown, and what can be done to it. What
// can be said of a new row, or changed in one, is read from the API's own description (schema.ts).

export type Row = Record<string, unknown>;
type Deed = {
  id: string;
  method: 'POST' | 'DELETE';
  path: string;
  grave?: boolean;
  fits?: (row: Row) => boolean;
};
export type Section = {
  id: string;
  /** Whoever may not ask for it has no link to it. */
  asks: string;
  list: string;
  /** The member that names a row, in its address too. */
  key: string;
  columns: readonly string[];
  add?: string;
  change?: { path: string; method: 'PATCH' | 'PUT' };
  deeds?: readonly Deed[];
  /** Where a row is tried out, by who may do that. */
  tries?: { path: string; asks: string };
};

const paused = (row: Row) => row.paused === true || row.state === 'paused';
const runs = (row: Row) => !paused(row);

export const SECTIONS: readonly Section[] = [
  {
    id: 'users',
    asks: 'people.view',
    list: '/v1/users',
    key: 'id',
    columns: ['name', 'email', 'roles', 'teams', 'active'],
    add: '/v1/users',
    change: { path: '/v1/users/{user}', method: 'PATCH' },
    deeds: [{ id: 'sign_in_link', method: 'POST', path: '/v1/users/{user}/sign-in-link' }],
  },
  {
    id: 'teams',
    asks: 'people.view',
    list: '/v1/teams',
    key: 'id',
    columns: ['name'],
    add: '/v1/teams',
    change: { path: '/v1/teams/{team}', method: 'PATCH' },
  },
  {
    id: 'roles',
    asks: 'people.view',
    list: '/v1/roles',
    key: 'id',
    columns: ['name', 'grants', 'deny', 'built_in'],
    add: '/v1/roles',
    change: { path: '/v1/roles/{role}', method: 'PATCH' },
    deeds: [
      { id: 'remove', method: 'DELETE', path: '/v1/roles/{role}', grave: true, fits: (row) => !row.built_in },
    ],
  },
  {
    id: 'tokens',
    asks: 'token.manage',
    list: '/v1/tokens',
    key: 'id',
    columns: ['name', 'user', 'grants', 'expires_at', 'revoked_at'],
    add: '/v1/tokens',
    deeds: [
      {
        id: 'revoke',
        method: 'DELETE',
        path: '/v1/tokens/{token_id}',
        grave: true,
        fits: (row) => !row.revoked_at,
      },
    ],
  },
  {
    id: 'partners',
    asks: 'register.manage',
    list: '/v1/partners',
    key: 'id',
    columns: ['name', 'email', 'active'],
    add: '/v1/partners',
    change: { path: '/v1/partners/{partner}', method: 'PATCH' },
  },
  {
    id: 'inboxes',
    asks: 'register.manage',
    list: '/v1/inboxes',
    key: 'id',
    columns: ['name', 'teams', 'todo', 'doing', 'backlog', 'cap_per_person', 'idle_release', 'active'],
    add: '/v1/inboxes',
    change: { path: '/v1/inboxes/{inbox}', method: 'PATCH' },
  },
  {
    id: 'reasons',
    asks: 'register.manage',
    list: '/v1/closing-reasons',
    key: 'key',
    columns: ['title', 'active'],
    add: '/v1/closing-reasons',
    change: { path: '/v1/closing-reasons/{reason}', method: 'PATCH' },
  },
  {
    id: 'policies',
    asks: 'policy.manage',
    list: '/v1/policies',
    key: 'id',
    columns: ['own', 'switches'],
    add: '/v1/policies',
    change: { path: '/v1/policies/{person}', method: 'PUT' },
    deeds: [
      {
        id: 'reset',
        method: 'POST',
        path: '/v1/policies/{person}/reset',
        grave: true,
        fits: (row) => row.own === true,
      },
    ],
  },
  {
    id: 'sources',
    asks: 'source.view',
    list: '/v1/sources',
    key: 'id',
    columns: ['read_only'],
  },
  {
    id: 'actions',
    asks: 'actions.view',
    list: '/v1/actions',
    key: 'name',
    columns: ['title', 'served', 'workers'],
    tries: { path: '/v1/actions/{action}/try', asks: 'definition.publish' },
  },
  {
    id: 'mcp',
    asks: 'mcp.manage',
    list: '/v1/mcp-servers',
    key: 'id',
    columns: ['title', 'transport', 'url', 'enabled', 'active', 'read_at'],
    add: '/v1/mcp-servers',
    change: { path: '/v1/mcp-servers/{server}', method: 'PATCH' },
    deeds: [
      { id: 'refresh', method: 'POST', path: '/v1/mcp-servers/{server}/refresh' },
      { id: 'remove', method: 'DELETE', path: '/v1/mcp-servers/{server}', grave: true },
    ],
  },
  {
    id: 'webhooks',
    asks: 'webhook.view',
    list: '/v1/webhooks',
    key: 'id',
    columns: ['title', 'url', 'events', 'state', 'pending', 'failing_since'],
    add: '/v1/webhooks',
    change: { path: '/v1/webhooks/{webhook}', method: 'PATCH' },
    deeds: [
      { id: 'test', method: 'POST', path: '/v1/webhooks/{webhook}/test' },
      { id: 'pause', method: 'POST', path: '/v1/webhooks/{webhook}/pause', fits: runs },
      {
        id: 'resume',
        method: 'POST',
        path: '/v1/webhooks/{webhook}/resume',
        fits: (row) => row.state !== 'active',
      },
      { id: 'rotate', method: 'POST', path: '/v1/webhooks/{webhook}/rotate', grave: true },
      { id: 'remove', method: 'DELETE', path: '/v1/webhooks/{webhook}', grave: true },
    ],
  },
  {
    id: 'schedules',
    asks: 'definition.view',
    list: '/v1/schedules',
    key: 'id',
    columns: ['definition', 'text', 'timezone', 'as', 'next', 'fired_at', 'paused'],
    deeds: [
      { id: 'trigger', method: 'POST', path: '/v1/schedules/{schedule}/trigger', grave: true },
      { id: 'pause', method: 'POST', path: '/v1/schedules/{schedule}/pause', fits: runs },
      { id: 'resume', method: 'POST', path: '/v1/schedules/{schedule}/resume', fits: paused },
    ],
  },
  {
    id: 'secrets',
    asks: 'secret.view',
    list: '/v1/secrets',
    key: 'name',
    columns: ['hosts', 'teams', 'changed_by', 'changed_at'],
    add: '/v1/secrets',
    deeds: [{ id: 'remove', method: 'DELETE', path: '/v1/secrets/{secret}', grave: true }],
  },
];

/** The address of one row: whatever its parameter is called, it is what names the row. */
export function addressOf(section: Section, row: Row, path: string): string {
  return path.replace(/\{[^}]+\}/, encodeURIComponent(String(row[section.key])));
}

/** A value in a cell: lists with commas, yes and no in words of their own, the rest as it is. */
export function cell(value: unknown, words: { yes: string; no: string }): string {
  if (value === null || value === undefined || value === '') return '–';
  if (typeof value === 'boolean') return value ? words.yes : words.no;
  if (Array.isArray(value)) return value.map((each) => named(each)).join(', ') || '–';
  return typeof value === 'object' ? pairs(value as Row) : String(value);
}

function named(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const { name, id, queue } = value as Row;
  return String(name ?? id ?? queue ?? JSON.stringify(value));
}

function pairs(value: Row): string {
  return Object.entries(value)
    .map(([name, each]) => `${name}: ${String(each)}`)
    .join(', ');
}
