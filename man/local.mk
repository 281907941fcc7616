dist_man_MANS += man/pam_invite.8
dist_man_MANS += man/invitegate-schema.5
dist_man_MANS += man/invitegate.conf.5
dist_man_MANS += man/invitectl.1
dist_man_MANS += man/invite-agent.8 man/invite-agent.7
dist_man_MANS += man/invitegate-prosody.7
dist_man_MANS += man/invitegate-sasl.7
