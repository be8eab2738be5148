import { describe, expect, it } from 'vitest';
import type { Obj, Step } from './document';
import { stepsOf, withValueAt } from './document';
import { backEdges, edgesOf, portsOf, waitsOf } from './edges';
import { addSteps, connect, copyStep, disconnect, moveStep, removeStep, setAfter } from './edit';
import { fromSnippet, idForItem, idForStep, idFrom, newStep } from './fresh';
import { renamePhase, renameStep } from './rename';

const step = (id: string, more: Obj = {}): Step => ({ id, kind: 'task', ...more }) as Step;
const list = (...steps: Step[]): Obj => ({ holdfast: 1, key: 'k', name: 'K', steps });
const ids = (document: Obj) => stepsOf(document).map((each) => each.id);
const after = (document: Obj, id: string) => stepsOf(document).find((each) => each.id === id)?.after;
const drawn = (document: Obj) => edgesOf(document).map((edge) => `${edge.source} > ${edge.target}`);

describe('who waits for whom', () => {
  it('follows the order of the list where nothing is written', () => {
    expect(drawn(list(step('a'), step('b'), step('c', { after: [] })))).toEqual(['a > b']);
  });

  it('follows what a phase waits for where a step opens it', () => {
    const phases: Obj[] = [{ id: 'one' }, { id: 'two', after: 'phase:one' }];
    const steps = [step('a', { phase: 'one' }), step('b', { phase: 'one' }), step('c', { phase: 'two' })];
    expect(drawn({ ...list(...steps), phases })).toEqual(['a > b', 'b > c']);
    expect(waitsOf({ ...list(...steps), phases }, 'c').waits).toEqual([
      { source: 'one', port: null, phase: true },
    ]);
  });

  it('knows the ports of a decision and the ways back', () => {
    const decide = step('d', { kind: 'decision', options: [{ id: 'yes' }, { id: 'again', back_to: 'a' }] });
    expect(portsOf(decide).slice(0, 3)).toEqual(['yes', 'again', 'done']);
    expect(backEdges(list(step('a'), decide))).toEqual([{ source: 'd', port: 'again', target: 'a' }]);
  });
});

describe('adding and taking out', () => {
  it('puts a step behind another, in its phase', () => {
    const next = addSteps(list(step('a', { phase: 'p' }), step('b')), [step('n')], 'a');
    expect(ids(next)).toEqual(['a', 'n', 'b']);
    expect(stepsOf(next)[1]?.phase).toBe('p');
  });

  it('closes the line over a step that is taken out', () => {
    const line = list(step('a'), step('b'), step('c'));
    expect(removeStep(line, 'b').steps).toEqual([step('a'), step('c')]);
  });

  it('leaves nobody waiting for a step that is gone', () => {
    const before = list(
      step('a'),
      step('d', { kind: 'decision' }),
      step('x', { after: 'd:yes' }),
      step('y', { after: ['d', 'x'] }),
    );
    const rest = removeStep(before, 'd');
    expect(after(rest, 'x')).toEqual([]);
    expect(after(rest, 'y')).toEqual(['a', 'x']);
  });

  it('copies a step under an id of its own', () => {
    const { document, id } = copyStep(list(step('a', { title: 'A', after: [] }), step('a_2')), 'a');
    expect(id).toBe('a_3');
    expect(stepsOf(document)[1]).toEqual({ id: 'a_3', kind: 'task', title: 'A' });
  });

  it('brings the steps of a snippet under free ids, and what they say of each other', () => {
    const snippet = [step('load'), step('use', { set: { x: '= steps.load.output.x' } })];
    const found = fromSnippet(list(step('load')), snippet);
    expect(found.map((each) => each.id)).toEqual(['load_2', 'use']);
    expect(found[1]?.set).toEqual({ x: '= steps.load_2.output.x' });
  });

  it('makes an id of whatever a step is called', () => {
    expect(idFrom('Größe prüfen!', 'task')).toBe('gro_e_prufen');
    expect(idFrom('42', 'task')).toBe('task');
    expect(newStep(list(step('call')), 'task', 'Call').id).toBe('call_2');
  });
});

it('names a thing after what it is called, once, while nobody named it', () => {
  expect(idForItem({ id: 'field_1', label: 'What happened' }, [])).toBe('what_happened');
  expect(idForItem({ id: 'field_1', label: 'Sum' }, [{ id: 'sum' }])).toBeUndefined();
  expect(idForItem({ id: 'own', label: 'Sum' }, [])).toBeUndefined();
  const document = list(step('task', { title: 'Pay' }), step('pay'), step('call', { title: 'Ring' }));
  expect(stepsOf(document).map((each) => idForStep(document, each, 'Task'))).toEqual([
    'pay_2',
    undefined,
    undefined,
  ]);
});

describe('moving', () => {
  it('moves within the list and stops at its ends', () => {
    const line = list(step('a'), step('b'), step('c'));
    expect(ids(moveStep(line, 'a', 1))).toEqual(['b', 'a', 'c']);
    expect(ids(moveStep(line, 'a', -1))).toEqual(['a', 'b', 'c']);
    expect(ids(moveStep(line, 'a', 99))).toEqual(['b', 'c', 'a']);
  });
});

describe('edges', () => {
  const line = list(step('a', { kind: 'decision', options: [{ id: 'yes' }] }), step('b'), step('c'));

  it('are added to what only followed from the order', () => {
    expect(after(connect(line, 'a', null, 'c'), 'c')).toEqual(['b', 'a']);
  });

  it('by a port stand for the plain one of the same step', () => {
    expect(after(connect(line, 'a', 'yes', 'b'), 'b')).toBe('a:yes');
  });

  it('close no circle, and are not drawn twice', () => {
    expect(connect(line, 'c', null, 'a')).toBe(line);
    expect(connect(line, 'a', null, 'a')).toBe(line);
    const once = connect(line, 'a', null, 'c');
    expect(connect(once, 'a', null, 'c')).toBe(once);
  });

  it('that are cut leave a step that says it waits for nothing', () => {
    expect(after(disconnect(line, { source: 'a', port: null, phase: false }, 'b'), 'b')).toEqual([]);
    const two = connect(line, 'a', null, 'c');
    expect(after(disconnect(two, { source: 'b', port: null, phase: false }, 'c'), 'c')).toBe('a');
  });

  it('go back to the order of the list', () => {
    expect(after(setAfter(connect(line, 'a', null, 'c'), 'c', undefined), 'c')).toBeUndefined();
  });
});

describe('another name', () => {
  const before = {
    ...list(
      step('order', { title: 'order' }),
      step('d', {
        kind: 'decision',
        options: [{ id: 'again', back_to: 'order' }],
        due: { in: '1 day', from: 'step:order' },
      }),
      step('x', {
        after: ['order', 'order:skipped', 'orders'],
        sees: ['order'],
        when: "= steps.order.output.kind == 'steps.order' && steps['order'].round > 1 && my.steps.order == 1",
        with: { text: 'order ${steps.order.output.id} of ${record.order}', order: 'order' },
      }),
    ),
    sync: [{ event: 'step.done', step: 'order', set: { order: '= steps.order.status' } }],
  };

  it('is used wherever the step is named', () => {
    const now = renameStep(before, 'order', 'load');
    expect(stepsOf(now)[0]).toEqual({ id: 'load', kind: 'task', title: 'order' });
    expect(stepsOf(now)[1]).toMatchObject({ options: [{ back_to: 'load' }], due: { from: 'step:load' } });
    expect(stepsOf(now)[2]).toEqual({
      id: 'x',
      kind: 'task',
      after: ['load', 'load:skipped', 'orders'],
      sees: ['load'],
      when: "= steps.load.output.kind == 'steps.order' && steps['load'].round > 1 && my.steps.order == 1",
      with: { text: 'order ${steps.load.output.id} of ${record.order}', order: 'order' },
    });
    expect(now.sync).toEqual([{ event: 'step.done', step: 'load', set: { order: '= steps.load.status' } }]);
  });

  it('and back again is the same document', () => {
    expect(renameStep(renameStep(before, 'order', 'load'), 'load', 'order')).toEqual(before);
  });

  it('of a phase too', () => {
    const phased: Obj = {
      ...list(
        step('a', { phase: 'one' }),
        step('b', { after: 'phase:one', when: "= phases.one.status == 'open'" }),
      ),
      phases: [{ id: 'one' }, { id: 'two', after: ['phase:one'] }],
    };
    expect(renamePhase(phased, 'one', 'first')).toEqual({
      ...list(
        step('a', { phase: 'first' }),
        step('b', { after: 'phase:first', when: "= phases.first.status == 'open'" }),
      ),
      phases: [{ id: 'first' }, { id: 'two', after: ['phase:first'] }],
    });
  });
});

it('sets a value deep in a document and leaves the rest as it is', () => {
  const document = list(step('a', { unknown: { kept: [1, { x: null }] } }));
  const next = withValueAt(document, ['steps', 0, 'retry', 'attempts'], 3) as Obj;
  expect(stepsOf(next)[0]).toEqual({ ...stepsOf(document)[0], retry: { attempts: 3 } });
  expect(withValueAt(next, ['steps', 0, 'retry'], undefined)).toEqual(document);
});
