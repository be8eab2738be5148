// Lays out a picture beside the page's own thread, which a person is using meanwhile.
import { places, type Shape } from './layout';

globalThis.onmessage = (event: MessageEvent<Shape>) => globalThis.postMessage(places(event.data));
