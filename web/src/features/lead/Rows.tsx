import { Table } from '@mantine/core';
import type { ReactNode } from 'react';

type Props = { heads: string[]; rows: { key: string; cells: ReactNode[] }[] };

/** Figures in rows: the first cell names the row. */
export function Rows({ heads, rows }: Props) {
  return (
    <Table.ScrollContainer minWidth={320}>
      <Table verticalSpacing={6} className="tabular">
        <Table.Thead>
          <Table.Tr>
            {heads.map((head) => (
              <Table.Th key={head}>{head}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.key}>
              {row.cells.map((cell, index) =>
                index === 0 ? (
                  <Table.Th key={heads[index]} scope="row" fw={500}>
                    {cell}
                  </Table.Th>
                ) : (
                  <Table.Td key={heads[index]}>{cell}</Table.Td>
                ),
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
