#!/bin/sh
# Maelstrom's workload echo in sed: whoever sent it is whom it goes to, and the other way round.
exec sed -u -n \
    -e 's/"msg_id":/"in_reply_to":/' \
    -e 's/"type":"\(init\|echo\)"/"type":"\1_ok"/' \
    -e 's/"src":"\([^"]*\)","dest":"\([^"]*\)"/"src":"\2","dest":"\1"/p'
