import { topicShape } from '@cateto/contracts';

/** Whether a topic is how an active broker shows. */
export const isMarker = (topic: string): boolean => topicShape(topic)?.shape === 'marker';
