import { topicShape } from '@cateto/contracts';

/** Whether a topic is the marker of an active broker. */
export const isMarker = (topic: string): boolean => topicShape(topic)?.shape === 'marker';
