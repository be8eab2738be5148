import { expect, it } from 'vitest';
import { parts, titleOf } from './collections';

it('knows the source of a collection, and what it is called', () => {
  expect(parts('demo.work_orders')).toEqual({ source: 'demo', collection: 'work_orders' });
  expect(parts('shop.eu.orders')).toEqual({ source: 'shop', collection: 'eu.orders' });
  expect(parts('nowhere')).toEqual({ source: 'nowhere', collection: '' });
  expect(titleOf('demo.work_orders')).toBe('Work orders');
});
