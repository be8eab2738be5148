import type en from './lead.en';

/** Worauf eine Leitung schaut. */
const lead: typeof en = {
  backlog: 'Offene Arbeit der Teams',
  team: 'Team',
  open: 'Offen',
  overdue: 'Überfällig',
  more_than: 'mehr als {{count}}',
  throughput: 'Abläufe',
  completed: 'Abgeschlossen',
  aborted: 'Abgebrochen',
  lead: 'Von Anfang bis Ende',
  median: 'die Hälfte in {{length}}',
  p90: 'neun von zehn in {{length}}',
  steps: 'Schritte von {{name}}',
  step: 'Schritt',
  wait: 'Gewartet',
  handling: 'Bearbeitet',
  failures: 'Was eine Person braucht, nach Ursache',
  no_failures: 'Nichts steckt fest.',
  cause: 'Ursache',
  count: 'Wie viele',
  retry: 'Noch einmal versuchen',
  by_hand: 'Von Hand erledigen',
  models: 'Was Modelle diesen Monat kosten',
  no_models: 'Kein Modell wurde gefragt.',
  everybody: 'alle',
  tokens: '{{count}} Token',
  read: 'Von den neuesten 1.000 Läufen.',
};
export default lead;
