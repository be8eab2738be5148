// Ten thousand rows scroll as ten do: only those in sight, and a few beside them, are drawn.
import { Box } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useRef } from 'react';

type Props<T> = {
  items: readonly T[];
  keyOf: (item: T) => string;
  /** What the list holds, said to who does not see it. */
  label: string;
  /** Height of every row in pixels. */
  size: number;
  /** Height of the list as CSS says it. */
  height: string;
  /** The row that is kept in sight when it changes, as with `j` and `k`. */
  selected?: string | undefined;
  /** How many there are in all, where more can be loaded than are here. */
  total?: number;
  /** Called when the end comes into sight: more can be loaded. May be called again before it came. */
  onEnd?: () => void;
  children: (item: T) => ReactNode;
};

export function VirtualList<T>(props: Props<T>) {
  const { items, keyOf, label, size, height, selected, total, onEnd, children } = props;
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => box.current,
    getItemKey: (index) => keyOf(items[index] as T),
    estimateSize: () => size,
    overscan: 8,
  });
  const drawn = rows.getVirtualItems();
  const near = items.length > 0 && (drawn.at(-1)?.index ?? 0) >= items.length - 20;
  useEffect(() => {
    if (near) onEnd?.();
  }, [near, onEnd, items.length]);
  const place = selected === undefined ? -1 : items.findIndex((item) => keyOf(item) === selected);
  useEffect(() => {
    if (place >= 0) rows.scrollToIndex(place, { align: 'auto' });
    // Only a new choice moves the list: rows that come or go do not take it from under somebody's eyes.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [selected]);
  return (
    <Box
      ref={box}
      tabIndex={0}
      role="list"
      aria-label={label}
      style={{ height, minHeight: 240, overflow: 'auto', contain: 'strict' }}
    >
      <div style={{ height: rows.getTotalSize(), position: 'relative' }}>
        {drawn.map((row) => (
          <div
            key={row.key}
            role="listitem"
            aria-posinset={row.index + 1}
            aria-setsize={total ?? items.length}
            style={{
              position: 'absolute',
              top: 0,
              left: 0,
              right: 0,
              height: size,
              transform: `translateY(${row.start}px)`,
            }}
          >
            {children(items[row.index] as T)}
          </div>
        ))}
      </div>
    </Box>
  );
}
