// Where steps stand in a picture, from the top down: who waits for whom decides how far down.
// Pure, and slow for hundreds of steps: the page has it done beside itself (layout.worker.ts).
import dagre from '@dagrejs/dagre';

export const SIZE = { width: 170, height: 48 };

/** `height` where a step is drawn higher than others. */
export type Shape = { id: string; after: string[]; height?: number }[];
export type Place = { id: string; x: number; y: number };

/** The upper left corner of each step, in the order given. A step that waits for one not there stands as if it did not. */
export function places(shape: Shape): Place[] {
  const graph = new dagre.graphlib.Graph().setGraph({ rankdir: 'TB', nodesep: 18, ranksep: 30 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const step of shape) graph.setNode(step.id, { ...SIZE, height: step.height ?? SIZE.height });
  const known = new Set(shape.map((step) => step.id));
  for (const step of shape)
    for (const source of step.after) if (known.has(source)) graph.setEdge(source, step.id);
  dagre.layout(graph);
  return shape.map(({ id, height = SIZE.height }) => {
    const at = graph.node(id);
    return { id, x: at.x - SIZE.width / 2, y: at.y - height / 2 };
  });
}
