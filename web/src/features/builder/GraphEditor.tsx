import '@xyflow/react/dist/style.css';
import './builder.css';
import { Button, Group, Text, useComputedColorScheme } from '@mantine/core';
import {
  Background,
  BaseEdge,
  type Connection,
  Controls,
  type Edge as Drawn,
  type EdgeProps,
  Handle,
  MarkerType,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
  type ReactFlowInstance,
} from '@xyflow/react';
import { memo, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SIZE } from '@/ui/graph/layout';
import { usePlaces } from '@/ui/graph/usePlaces';
import { Waiting } from '@/ui/Waiting';
import { useBuilding } from './context';
import { KindIcon } from './KindIcon';
import { type Step, stepsOf, titleOf } from './model/document';
import { backEdges, comesAfter, type Edge, edgesOf, optionsOf, textOf } from './model/edges';
import { connect, disconnect } from './model/edit';
import { counted } from './model/found';

const WITH_PORTS = 66;
/** With more steps than this the picture shows where one is, large enough to be read. */
const MANY = 14;
/** How far a way back keeps from the steps, beside and below, in the picture's pixels. */
const ASIDE = 9;
const DOWN = 12;
/** Room for the buttons of the picture. */
const ROOM = { x: 0.05, top: '16px', bottom: '52px' } as const;
const ARROW = { type: MarkerType.ArrowClosed, color: '#7b8494', width: 16, height: 16 };
/** The handle at which a step ends plainly. */
const PLAIN = 'plain';

type Port = { id: string; label: string };
type Data = { title: string; kind: string; ports: Port[]; wrong: number; selected: boolean };

const StepNode = memo(function StepNode({ data }: NodeProps<Node<Data>>) {
  return (
    <div
      className="builder-node"
      data-selected={data.selected || undefined}
      data-wrong={data.wrong > 0 || undefined}
    >
      {/* Half a pixel aside: an edge straight down has no width, and Chromium does not always paint it anew. */}
      <Handle type="target" position={Position.Top} style={{ left: 'calc(50% + 0.5px)' }} />
      <div className="builder-node-title">
        <KindIcon kind={data.kind} />
        <span>{data.title}</span>
      </div>
      {data.ports.length > 0 && (
        <div className="builder-ports">
          {data.ports.map((port) => (
            <span key={port.id}>{port.label}</span>
          ))}
        </div>
      )}
      {data.ports.length === 0 && <Handle type="source" id={PLAIN} position={Position.Bottom} />}
      {data.ports.map((port, at) => (
        <Handle
          key={port.id}
          type="source"
          id={port.id}
          position={Position.Bottom}
          style={{ left: `${((at + 0.5) / data.ports.length) * 100}%` }}
        />
      ))}
    </div>
  );
});
const TYPES = { step: StepNode };

/** A way back goes around the steps between, not through them. */
function BackEdge({ sourceX, sourceY, targetX, targetY, markerEnd }: EdgeProps) {
  const side = Math.max(sourceX, targetX) + SIZE.width / 2 + ASIDE;
  const path = `M${sourceX},${sourceY} v${DOWN} H${side} V${targetY - DOWN} H${targetX + ASIDE / 2} V${targetY}`;
  return <BaseEdge path={path} {...(markerEnd ? { markerEnd } : {})} />;
}
const LINES = { back: BackEdge };

function heightOf(step: Step): number {
  return optionsOf(step).length > 0 ? WITH_PORTS : SIZE.height;
}

/** The same document as a picture: an edge is drawn from a port to a step, and cut where it is selected. */
export default function GraphEditor() {
  const { t } = useTranslation();
  const { document, findings, editable, change, selected, select } = useBuilding();
  const scheme = useComputedColorScheme('light');
  const [picked, setPicked] = useState<string | null>(null);
  const steps = useMemo(() => stepsOf(document), [document]);
  const edges = useMemo(() => edgesOf(document), [document]);
  const shape = steps.map((step) => ({
    id: step.id,
    after: edges.filter((edge) => edge.target === step.id).map((edge) => edge.source),
    height: heightOf(step),
  }));
  const places = usePlaces(JSON.stringify(shape));
  const nodes = useMemo(() => {
    const wrong = counted(document, findings);
    const at = new Map((places ?? []).map((place) => [place.id, place]));
    return steps
      .filter((step) => at.has(step.id))
      .map((step): Node<Data> => {
        const { x = 0, y = 0 } = at.get(step.id) ?? {};
        const data = {
          title: titleOf(step),
          kind: step.kind,
          ports: optionsOf(step),
          wrong: wrong.get(step.id) ?? 0,
          selected: step.id === selected,
        };
        const size = { width: SIZE.width, height: heightOf(step) };
        return { id: step.id, type: 'step', position: { x, y }, data, ...size, ariaLabel: data.title };
      });
  }, [document, findings, places, steps, selected]);
  const lines = useMemo(() => {
    const word = (port: string) => t(`builder.port.${port}`, { defaultValue: port });
    return [...edges.map((edge) => line(edge, steps, picked, word)), ...backEdges(document).map(backLine)];
  }, [document, edges, steps, picked, t]);
  const cut = useCallback(() => {
    const edge = edges.find((each) => nameOf(each) === picked);
    if (edge) change((now) => disconnect(now, edge.wait, edge.target));
    setPicked(null);
  }, [change, edges, picked]);
  useEffect(() => {
    if (!picked || !editable) return;
    const listen = (event: KeyboardEvent) => {
      if (event.key !== 'Delete' && event.key !== 'Backspace') return;
      if (event.target instanceof Element && event.target.closest('input, textarea, [contenteditable]'))
        return;
      event.preventDefault();
      event.stopImmediatePropagation();
      cut();
    };
    window.addEventListener('keydown', listen, true);
    return () => window.removeEventListener('keydown', listen, true);
  }, [picked, editable, cut]);
  const fit = useFit(nodes, selected);
  const draw = ({ source, sourceHandle, target }: Connection) =>
    change((now) => connect(now, source, sourceHandle === PLAIN ? null : (sourceHandle ?? null), target));
  if (!places) return <Waiting size="sm" />;
  return (
    <>
      <Group justify="space-between" mb={6} mih={28}>
        <Text size="xs" c="dimmed">
          {t(editable ? 'builder.graph_note' : 'run.graph_note')}
        </Text>
        {picked && editable && (
          <Button size="compact-xs" variant="default" c="var(--hf-danger)" onClick={cut}>
            {t('builder.cut')}
          </Button>
        )}
      </Group>
      <div className="builder-graph">
        <ReactFlow
          colorMode={scheme}
          nodes={nodes}
          edges={lines}
          nodeTypes={TYPES}
          edgeTypes={LINES}
          onConnect={draw}
          isValidConnection={({ source, target }) => !comesAfter(document, source, target)}
          onNodeClick={(_, node) => {
            setPicked(null);
            select(node.id);
          }}
          onEdgeClick={(_, edge) => setPicked(edge.id)}
          onPaneClick={() => setPicked(null)}
          nodesDraggable={false}
          nodesConnectable={editable}
          nodesFocusable={false}
          edgesFocusable={false}
          deleteKeyCode={null}
          minZoom={0.05}
          onInit={fit}
        >
          <Background />
          <Controls showInteractive={false} orientation="horizontal" />
        </ReactFlow>
      </div>
    </>
  );
}

/** All steps in sight, or of many the selected one: at first, and whenever steps came, went or moved. */
function useFit(nodes: Node<Data>[], selected: string | undefined) {
  const [flow, setFlow] = useState<ReactFlowInstance<Node<Data>> | null>(null);
  const where = nodes.map((node) => `${node.id} ${node.position.x} ${node.position.y}`).join();
  const last = useRef('');
  const at = nodes.length > MANY ? selected : undefined;
  useEffect(() => {
    if (!flow || last.current === `${where} ${at ?? ''}`) return;
    last.current = `${where} ${at ?? ''}`;
    void flow.fitView({ maxZoom: 1, padding: ROOM, ...(at ? { nodes: [{ id: at }], minZoom: 0.8 } : {}) });
  }, [flow, where, at]);
  return setFlow;
}

function nameOf(edge: Edge): string {
  return `${textOf(edge.wait)} ${edge.source} ${edge.target}`;
}

function line(edge: Edge, steps: Step[], picked: string | null, word: (port: string) => string): Drawn {
  const from = steps.find((step) => step.id === edge.source);
  const options = from ? optionsOf(from) : [];
  const option = options.some((each) => each.id === edge.port);
  const id = nameOf(edge);
  return {
    id,
    source: edge.source,
    target: edge.target,
    // A decision has no plain handle of its own: what comes after it whatever was chosen hangs on its first.
    sourceHandle: option ? edge.port : options.length > 0 ? (options[0]?.id ?? null) : PLAIN,
    className: [edge.implied ? 'implied' : '', id === picked ? 'selected' : ''].join(' '),
    selected: id === picked,
    markerEnd: ARROW,
    ...(edge.port && !option ? { label: word(edge.port) } : {}),
  };
}

function backLine({ source, port, target }: { source: string; port: string; target: string }): Drawn {
  return {
    id: `${source}:${port} back ${target}`,
    source,
    target,
    sourceHandle: port,
    type: 'back',
    className: 'back',
    selectable: false,
    markerEnd: ARROW,
  };
}
