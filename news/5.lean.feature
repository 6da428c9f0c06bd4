A check by HTTP takes a quarter less processor time, storing a result a third less; a check by HTTPS leaves ML-KEM out of its handshake unless `post_quantum` asks for it.
