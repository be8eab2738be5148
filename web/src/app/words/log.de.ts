import type en from './log.en';

/** Alles, was jemand getan oder gelesen hat oder was verweigert wurde. */
const log: typeof en = {
  csv: 'Als CSV',
  jsonl: 'Als JSON-Zeilen',
  when: 'Wann',
  user: 'Person',
  action: 'Vorgang',
  about: 'Worum es ging',
  outcome: 'Ausgang',
  run: 'Kennung eines Laufs',
  type: 'Gelesen oder geändert',
  types: { read: 'gelesen', write: 'geändert' },
  team: 'Team',
  record: 'Datensatz',
  after: 'Von',
  before: 'Bis',
  ok: 'erledigt',
  refused: 'verweigert',
  fresh_one: '{{count}} neuere Zeile',
  fresh_other: '{{count}} neuere Zeilen',
  nothing: 'Es ist noch nichts geschehen, das Sie sehen dürfen.',
  nothing_fits: 'Keine Zeile passt zu diesen Filtern.',
};
export default log;
