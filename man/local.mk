dist_man_MANS += man/pam_invite.8
