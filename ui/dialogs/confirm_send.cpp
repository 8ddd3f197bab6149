#include "ui/dialogs/confirm_send.h"

#include "ui/format/amount.h"
#include "ui/format/sending.h"
#include "ui/widgets/button.h"
#include "ui/widgets/card.h"
#include "ui/widgets/fields.h"
#include "ui/widgets/text.h"

namespace runnel::ui {

ConfirmSend::ConfirmSend(const QString& address, const api::SendQuote& quote,
                         const QString& first_confirmation, QWidget* parent)
    : Sheet(tr("Send %1?").arg(satText(quote.amount)), "confirmSendSheet", parent) {
    body()->addWidget(new Text("muted", tr("Compare the address with the one you were given. What "
                                           "has left on the chain cannot be taken back.")));
    auto* const card = new Card("sunken");
    card->body()->addWidget(new Text("muted", tr("To this address")));
    auto* const to = (new Text("mono", addressGroups(address)))->named("confirmAddress");
    to->setLayoutDirection(Qt::LeftToRight);
    card->body()->addWidget(to);
    auto* const facts = new Facts;
    facts->set(tr("Arrives"), satText(quote.amount));
    facts->set(tr("Fee"), satText(quote.fee));
    facts->set(tr("Leaves your wallet"), leavesText(quote));
    facts->set(tr("First confirmation"), first_confirmation);
    card->body()->addWidget(facts);
    body()->addWidget(card);
    body()->addStretch(1);
    auto* const back = new Button(ButtonKind::secondary, tr("&Back"), "confirmBack");
    auto* const send = new Button(ButtonKind::primary, tr("&Send now"), "confirmSend");
    addFooter(back);
    addFooter(send);
    connect(back, &Button::clicked, this, &QDialog::reject);
    connect(send, &Button::clicked, this, &QDialog::accept);
    back->setFocus();
}

}  // namespace runnel::ui
