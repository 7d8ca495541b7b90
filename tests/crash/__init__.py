"""The program killed at named places and at random, and what must hold afterwards.

The faults, by the numbers that the tests bear:

     1  killed after reading a batch, before storing it         7  killed after the messenger accepted a send
     2  killed after storing it, before acknowledging it        8  killed while a deal is handed out
     3  killed after storing, before anything follows          10  stopped, stopped twice, killed under load
     4  killed amid what follows, at each handler              23  everything offered again, many times
     6  killed after marking a send, before sending it         25  update numbers that fall
                                                               26  ten messages of a new customer at once

What is checked after each, by the names that a failure shows:

    I1   what was acknowledged is stored, once                  I7   one owner, one event for each change, a fair turn
    I2   nothing is acknowledged before it is stored            I8   order is kept, inwards and outwards
    I3   one contact, one open deal for a conversation          I9   one run for a cause, which acts once; short chains
    I4   everything that was to be done has ended               I10  the alarm clock knows all that comes near
    I5   nothing is accepted twice unasked                      I11  the database is sound
    I6   what is due is done, not early, not after its stop     I14  no secret and no customer's word outside its place
"""
