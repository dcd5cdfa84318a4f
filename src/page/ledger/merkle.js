// The root of the tree of RFC 9162 over ids in order: the left subtree is the largest power of two below the count.
function merkleRoot(ids) {
    if (ids.length < 2) {
        return ids.length ? ids[0] : sha256Known("");
    }
    const half = 2 ** Math.floor(Math.log2(ids.length - 1));
    return sha256Known(merkleRoot(ids.slice(0, half)) + " " + merkleRoot(ids.slice(half)));
}
