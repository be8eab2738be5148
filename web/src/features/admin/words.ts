import { bring } from '@/app/words/bring';
import de from '@/app/words/admin.de';
import en from '@/app/words/admin.en';

bring('admin', { en, de });
