"""The HAN bridge: by MQTT 3.1.1 a Device outside takes the place of one here, behind its emulated Comms Hub."""
