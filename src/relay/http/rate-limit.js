/**
 * Makes a limit of requests per key. A key's window begins with its first request. Memory is bounded: past `maxKeys` the
 * oldest window is forgotten, as are those that have ended.
 *
 * Own and not `@fastify/rate-limit`: two limits with different keys run on each browser request, and the plugin makes
 * each of them three promises; here a request costs one look into a Map.
 */
export const createRateLimit = ({ limit, windowMs, maxKeys, now }) => {
    // A Map keeps the order in which keys came, and all windows are equally long: so the first key is the first to end.
    const windows = new Map();
    const forgetEnded = (at) => {
        for (const [key, { endsAt }] of windows) {
            if (endsAt > at && windows.size < maxKeys)
                return;
            windows.delete(key);
        }
    };
    if (limit === 0)
        return () => 0;
    return (key) => {
        const at = now();
        const window = windows.get(key);
        if (window && window.endsAt > at) {
            window.count++;
            return window.count > limit ? window.endsAt - at : 0;
        }
        if (window)
            windows.delete(key);
        forgetEnded(at);
        windows.set(key, { count: 1, endsAt: at + windowMs });
        return 0;
    };
};
