import type en from './replay.en';

/** Ein Lauf noch einmal gelesen, Ereignis für Ereignis. */
const replay: typeof en = {
  back: 'Zurück zum Lauf',
  title: 'Wiedergabe: {{name}}',
  then: 'Wie es damals war',
  player: 'Augenblicke des Laufs',
  first: 'Erster Augenblick',
  previous: 'Augenblick davor',
  next: 'Nächster Augenblick',
  last: 'Letzter Augenblick',
  play: 'Abspielen',
  pause: 'Anhalten',
  moment: 'Augenblick',
  place: 'Augenblick {{at}} von {{of}}',
  number: 'Ereignis {{seq}}',
  idle: 'nachdem {{length}} nichts geschah',
  changed: 'Was die Person geändert hat',
  whole: 'Das Ereignis, wie es aufbewahrt ist',
  less: 'Weniger',
  verify: 'Prüfen',
  export: 'Verlauf exportieren',
  proved:
    'Bewiesen bis Ereignis {{seq}}: Die Kette hält, und der Verlauf läuft mit dem heutigen Code gleich ab.',
  not_proved: 'Nicht bewiesen, bis Ereignis {{seq}}:',
  values: {
    output: 'Ergebnis',
    values: 'Werte',
    input: 'Was übergeben wurde',
    fields: 'Felder',
    inputs: 'Eingaben',
    before: 'Davor',
  },
};
export default replay;
