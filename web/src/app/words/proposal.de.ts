import type en from './proposal.en';

/** Was Maschinen vorschlagen, wem andere zustimmen, und was ein Mensch dazu tut. */
const proposal: typeof en = {
  proposal: {
    title: 'Der Vorschlag',
    by: {
      ai: 'Von KI vorgeschlagen',
      matcher: 'Aus dem zusammengestellt, was der Lauf weiß',
      pinned: 'Wie im Ablauf festgelegt',
    },
    sure: {
      sure: 'Sicher: {{percent}} %',
      fairly: 'Ziemlich sicher: {{percent}} %',
      unsure: 'Nicht sicher: {{percent}} %',
    },
    basis: 'Beruht auf',
    confirmed: 'Bestätigt von {{by}}',
    mark: {
      stays: 'bleibt, wie es ist',
      proposed: 'wie vorgeschlagen',
      changed: 'geändert',
      added: 'von einem Menschen ergänzt',
      emptied: 'wird geleert',
    },
    was: '(vorgeschlagen: {{value}})',
    back: 'Zurücksetzen',
    put_back: 'Zurücksetzen: {{title}}',
    empty: 'Leeren',
    empty_it: 'Leeren: {{title}}',
    confirm: 'Bestätigen',
    ask_anew: 'Mit diesen Werten neu fragen',
    change: 'Werte ändern',
    done: 'Fertig',
    planned: 'Geplant für',
    stands: {
      confirm:
        'Noch ist nichts geschehen. Es wird getan, sobald es bestätigt ist, mit den Werten des Formulars.',
      done: 'Die Maschine ist fertig. Was sie getan hat, steht unten; der Schritt endet mit der Übernahme.',
      act: 'Eine Maschine führt es aus.',
      propose: 'Eine Maschine arbeitet an einem Vorschlag.',
      look: 'Werte ansehen, Falsches richtigstellen und bestätigen; oder selbst erledigen.',
      help: 'Noch einmal versuchen, wenn der Grund behoben ist, oder selbst erledigen.',
    },
    exactly: 'Genau das wird getan',
    agreed_to: 'Genau dem wurde zugestimmt',
    moved: 'Die Werte haben sich seit dem Ansehen geändert',
    looked: 'Ich habe die neuen Werte angesehen',
    not_as_seen:
      'Das wurde nicht ausgeführt: Die Werte sind andere als die gesehenen. Die neuen stehen oben.',
    agrees_one: 'Eine Person muss zustimmen: {{whom}}.',
    agrees_other: '{{count}} Personen müssen zustimmen: {{whom}}.',
    anybody: 'alle, die dürfen',
    wants: 'Gewünscht von {{by}}.',
    nobody_yet: 'Noch hat niemand zugestimmt.',
    agreed: '{{by}} hat zugestimmt',
    not_you: 'Es geschieht in Ihrem Namen; zustimmen muss jemand anderes.',
    goes_on: 'Der Lauf geht solange weiter.',
    refused: 'Abgelehnt von {{by}}',
    drafted: {
      ai: 'von KI entworfen',
      matcher: 'aus dem entworfen, was der Lauf weiß',
      pinned: 'vom Ablauf entworfen',
    },
  },
};
export default proposal;
