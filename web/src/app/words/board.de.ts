import type en from './board.en';

/** Die offenen Schritte eines Ablaufs als Karten in Spalten. */
const board: typeof en = {
  choose: 'Wählen Sie einen Ablauf.',
  by: 'Spalten',
  by_step: 'Nach Schritt',
  by_phase: 'Nach Phase',
  person: 'Person',
  no_phases: 'Dieser Ablauf hat keine Phasen.',
  more: 'Gezeigt sind die {{count}}, die zuerst fällig sind: Grenzen Sie ein, um alle zu sehen.',
  rest: 'Anderswo',
  move: '{{name}} verschieben',
  asking: 'Es wird gefragt, wohin es darf',
  nowhere: 'Von hier aus geht es nirgendwohin.',
  way: {
    complete: 'Abschließen und weiter zu {{column}}',
    back: 'Zurück zu {{column}}: erst ansehen',
    look: 'Weiter zu {{column}}: braucht eine Antwort',
  },
};
export default board;
