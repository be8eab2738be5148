import '@xyflow/react/dist/style.css';
import './graph.css';
import { Text, useComputedColorScheme } from '@mantine/core';
import { Background, Controls, type Edge, type Node, ReactFlow } from '@xyflow/react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { type Place, SIZE } from '@/ui/graph/layout';
import { usePlaces } from '@/ui/graph/usePlaces';
import { Waiting } from '@/ui/Waiting';
import { isOpen, type Run } from './model';

/** With more steps than this the picture begins where the work is, large enough to be read. */
const MANY = 12;

type Drawn = { nodes: Node[]; edges: Edge[] };
type Words = (status: string) => string;

function drawn(run: Run, places: Place[], selected: string | undefined, words: Words): Drawn {
  const steps = new Map(run.steps.map((step) => [step.id, step]));
  const nodes = places.map(({ id, x, y }) => ({
    id,
    position: { x, y },
    data: { label: <Label title={steps.get(id)?.title ?? id} status={words(steps.get(id)?.status ?? '')} /> },
    className: `graph-step step-${steps.get(id)?.status}`,
    selected: id === selected,
    ...SIZE,
  }));
  const edges = run.steps.flatMap((step) =>
    (step.after ?? [])
      .filter((source) => steps.has(source))
      .map((source) => ({ id: `${source} ${step.id}`, source, target: step.id })),
  );
  return { nodes: nodes as Node[], edges };
}

function Label({ title, status }: { title: string; status: string }) {
  return (
    <>
      <span className="graph-title">{title}</span>
      <span className="graph-status">{status}</span>
    </>
  );
}

type Props = { run: Run; selected: string | undefined; onSelect: (step: string) => void };

/** The run as a picture. The rail beside it is the same as a list, for who cannot see this one. */
export default function GraphView({ run, selected, onSelect }: Props) {
  const { t } = useTranslation();
  const scheme = useComputedColorScheme('light');
  const places = usePlaces(JSON.stringify(run.steps.map(({ id, after }) => ({ id, after: after ?? [] }))));
  const { nodes, edges } = useMemo(
    () => drawn(run, places ?? [], selected, (status) => t(`status.${status}`, { defaultValue: status })),
    [run, places, selected, t],
  );
  const first = useMemo(() => {
    const at = run.steps.find((step) => step.id === selected) ?? run.steps.find(isOpen);
    return run.steps.length > MANY && at ? { nodes: [{ id: at.id }], maxZoom: 0.9 } : {};
  }, [run.steps, selected]);
  if (!places) return <Waiting size="sm" />;
  return (
    <>
      <Text size="xs" c="dimmed" mb={4}>
        {t('run.graph_note')}
      </Text>
      <div style={{ height: 420 }}>
        <ReactFlow
          colorMode={scheme}
          nodes={nodes}
          edges={edges}
          onNodeClick={(_, node) => onSelect(node.id)}
          nodesDraggable={false}
          nodesConnectable={false}
          onlyRenderVisibleElements={run.steps.length > MANY}
          minZoom={0.05}
          fitView
          fitViewOptions={first}
        >
          <Background />
          <Controls showInteractive={false} />
        </ReactFlow>
      </div>
    </>
  );
}
