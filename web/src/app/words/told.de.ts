import type told from './told.en';

const words: typeof told = {
  title: 'Wie ich benachrichtigt werde',
  text: 'Was geschieht, zeigt die Glocke, kommt sofort als E-Mail oder gesammelt in einer E-Mail am Tag.',
  address: 'E-Mails gehen an {{email}}.',
  no_address: 'Sie haben hier keine E-Mail-Adresse: Die Administration kann eine eintragen.',
  muted: 'Gar keine E-Mails',
  in_app: 'Glocke',
  email: 'E-Mail sofort',
  digest: 'E-Mail am Tag',
  what: 'Was geschieht',
  each: '{{kind}}: {{way}}',
  at: 'E-Mail am Tag um',
  zone: 'Zeitzone',
  next: 'Die nächste entsteht',
  kind: {
    assigned: 'Mir wird Arbeit zugewiesen',
    attention: 'Ein Lauf meines Teams braucht eine Person',
    approval: 'Meine Zustimmung wird erbeten',
    overdue: 'Etwas ist überfällig',
    escalated: 'Etwas wird eskaliert',
    taken_over: 'Mein Lauf wurde übernommen',
    ticket_released: 'Ein Ticket von mir wurde weitergegeben',
    webhook_disabled: 'Ein Webhook wurde abgeschaltet',
    other: 'Alles andere',
  },
};
export default words;
