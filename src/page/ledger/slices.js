// Long work in slices of a few milliseconds, so that the page answers in between.

const SLICE_MS = 12;

// Calls step() again and again until it gives true; then done(). Gives a function that ends it before that.
function inSlices(step, done) {
    const channel = new MessageChannel();
    let ended = false;
    channel.port1.onmessage = () => {
        const until = performance.now() + SLICE_MS;
        while (!ended && performance.now() < until) {
            if (step()) {
                ended = true;
                done();
            }
        }
        if (!ended) {
            channel.port2.postMessage(null);
        } else {
            channel.port1.close();
        }
    };
    channel.port2.postMessage(null);
    return () => {
        ended = true;
    };
}
