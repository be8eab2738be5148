import '@xyflow/react/dist/style.css';
import dagre from '@dagrejs/dagre';
import { Text, useComputedColorScheme } from '@mantine/core';
import { Background, Controls, type Edge, type Node, ReactFlow } from '@xyflow/react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Run } from './model';

const SIZE = { width: 170, height: 48 };

/** Places for steps, from the left to the right: who waits for whom decides how far right a step stands. */
export function placed(run: Run): { nodes: Node[]; edges: Edge[] } {
  const graph = new dagre.graphlib.Graph().setGraph({ rankdir: 'LR', nodesep: 18, ranksep: 48 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const step of run.steps) graph.setNode(step.id, SIZE);
  const edges = run.steps.flatMap((step) =>
    (step.after ?? []).map((source) => ({ id: `${source}→${step.id}`, source, target: step.id })),
  );
  for (const edge of edges) graph.setEdge(edge.source, edge.target);
  dagre.layout(graph);
  const nodes = run.steps.map((step) => {
    const at = graph.node(step.id);
    return {
      id: step.id,
      position: { x: at.x - SIZE.width / 2, y: at.y - SIZE.height / 2 },
      data: { label: step.title },
      className: `step-${step.status}`,
      style: { width: SIZE.width },
    };
  });
  return { nodes, edges };
}

type Props = { run: Run; selected: string | undefined; onSelect: (step: string) => void };

/** The run as a picture. The rail beside it is the same as a list, for who cannot see this one. */
export default function GraphView({ run, selected, onSelect }: Props) {
  const { t } = useTranslation();
  const scheme = useComputedColorScheme('light');
  const { nodes, edges } = useMemo(() => placed(run), [run]);
  return (
    <>
      <Text size="xs" c="dimmed" mb={4}>
        {t('run.graph_note')}
      </Text>
      <div style={{ height: 420 }}>
        <ReactFlow
          colorMode={scheme}
          nodes={nodes.map((node) => ({ ...node, selected: node.id === selected }))}
          edges={edges}
          onNodeClick={(_, node) => onSelect(node.id)}
          nodesDraggable={false}
          nodesConnectable={false}
          fitView
        >
          <Background />
          <Controls showInteractive={false} />
        </ReactFlow>
      </div>
    </>
  );
}
