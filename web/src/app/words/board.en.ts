/** The open steps of a workflow as cards in columns. */
const board = {
  choose: 'Choose a workflow.',
  by: 'Columns',
  by_step: 'By step',
  by_phase: 'By phase',
  person: 'Person',
  no_phases: 'This workflow has no phases.',
  more: 'The {{count}} that are due first are shown: narrow them down to see all.',
  rest: 'Elsewhere',
  move: 'Move {{name}}',
  asking: 'Asking where it may go',
  nowhere: 'It may go nowhere from here.',
  way: {
    complete: 'Complete, and on to {{column}}',
    back: 'Back to {{column}}: look at it first',
    look: 'On to {{column}}: it asks for an answer',
  },
};
export default board;
