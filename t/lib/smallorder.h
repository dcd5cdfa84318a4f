/* Of the points of Ed25519's curve, those of small order, for tests. */
#ifndef LIB_SMALLORDER_H
#define LIB_SMALLORDER_H

/* Their y, in hex; the sign bit is not set. */
static const char *const small_order_y[] = {
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
};

#endif
