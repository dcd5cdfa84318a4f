/* What kernel_lanes.h needs for a single chain, in the processor's ordinary registers. */
enum { LANES = 1 };
typedef uint32_t lanes;
#define load(p) (*(p))
#define store(p, x) (void)(*(p) = (x))
#define spread(x) ((uint32_t)(x))
#define add(x, y) ((x) + (y))
#define and2(x, y) ((x) & (y))
#define or2(x, y) ((x) | (y))
#define left(x, n) ((x) << (n))
#define shift(x, n) ((x) >> (n))
#define rotate(x, n) ((x) >> (n) | (x) << (32 - (n)))
#define xor3(x, y, z) ((x) ^ (y) ^ (z))
#define choose(e, f, g) ((g) ^ ((e) & ((f) ^ (g))))
#define majority(a, b, c) (((a) & (b)) ^ ((c) & ((a) ^ (b))))

/* Adds '0', and what lies between '9' and 'a' to those over 9. */
INLINE uint32_t digits(uint32_t bytes)
{
    uint32_t over_9 = (bytes + 0x06060606) >> 4 & 0x01010101;
    return bytes + 0x30303030 + over_9 * ('a' - '0' - 10);
}
