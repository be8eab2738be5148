import { bring } from '@/app/words/bring';
import de from '@/app/words/told.de';
import en from '@/app/words/told.en';

bring('told', { en, de });
