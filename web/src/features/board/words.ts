import { bring } from '@/app/words/bring';
import de from '@/app/words/board.de';
import en from '@/app/words/board.en';

bring('board', { en, de });
