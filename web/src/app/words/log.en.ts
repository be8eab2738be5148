/** Everything that anybody did, read or was refused. */
const log = {
  csv: 'As CSV',
  jsonl: 'As JSON lines',
  when: 'When',
  user: 'Person',
  action: 'Action',
  about: 'About',
  outcome: 'Outcome',
  run: 'Id of a run',
  type: 'Reads or changes',
  types: { read: 'read', write: 'change' },
  team: 'Team',
  record: 'Record',
  after: 'From',
  before: 'To',
  ok: 'done',
  refused: 'refused',
  fresh_one: '{{count}} newer line',
  fresh_other: '{{count}} newer lines',
  nothing: 'Nothing has happened yet that you may see.',
  nothing_fits: 'No line fits these filters.',
};
export default log;
