#include "ui/pages/invoice_preview.h"

#include "ui/format/amount.h"
#include "ui/format/text.h"
#include "ui/format/time.h"
#include "ui/style/theme.h"
#include "ui/widgets/amount_label.h"
#include "ui/widgets/button.h"
#include "ui/widgets/fields.h"
#include "ui/widgets/text.h"

namespace runnel::ui {

namespace {

QString feeBefore(const api::Inspection& looked, Msat amount) {
    const auto most = feeText(api::usual_max_fee(amount));
    if (looked.fee && looked.fee->is_zero())
        return InvoicePreview::tr("No fee: the payee is at the other end of your channel");
    if (looked.fee)
        return InvoicePreview::tr("%1, never more than %2").arg(feeText(*looked.fee), most);
    return InvoicePreview::tr("Never more than %1").arg(most);
}

}  // namespace

InvoicePreview::InvoicePreview(WalletModel& wallet, QWidget* parent)
    : Card("plain", parent), m_wallet(wallet) {
    setObjectName(QStringLiteral("payPreview"));
    m_amount = new AmountLabel(Type::display, "payAmount");
    m_amount_edit = new AmountEdit(tr("Amount to pay"), "payAmountEdit");
    m_amount_hint = new Text("caption");
    m_amount_row = labelled(tr("&Amount to pay"), m_amount_edit);
    m_amount_row->layout()->addWidget(m_amount_hint);
    m_facts = new Facts;
    m_pay = new Button(ButtonKind::primary, tr("&Pay now"), "payNow");
    m_pay->setGlyph(QStringLiteral("pay"));
    m_other = new QWidget;
    auto* const other = new QVBoxLayout(m_other);
    other->setContentsMargins(0, space::small, 0, 0);
    other->setSpacing(space::small);
    auto* const chain =
        new Button(ButtonKind::quiet, tr("Pay on the &chain instead"), "payOnChain");
    other->addWidget(
        (new Text("muted", tr("This can be paid in two ways. Over Lightning it arrives at once; on "
                              "the chain it waits for a block and costs a transaction's fee.")))
            ->named("payWays"));
    other->addWidget(chain, 0, Qt::AlignLeft);
    auto* const layout = body();
    layout->addWidget(new Text("muted", tr("You pay")));
    layout->addWidget(m_amount);
    layout->addWidget(m_amount_row);
    layout->addSpacing(space::hair);
    layout->addWidget(m_facts);
    layout->addSpacing(space::small);
    layout->addWidget(m_pay, 0, Qt::AlignLeft);
    layout->addWidget(m_other);
    connect(m_amount_edit, &QLineEdit::textChanged, this, &InvoicePreview::refresh);
    // Not a payment by a key too many: Enter leads to the button, and once more pays.
    connect(m_amount_edit, &QLineEdit::returnPressed, this, [this] {
        if (m_pay->isEnabled()) m_pay->setFocus();
    });
    connect(m_pay, &Button::clicked, this, &InvoicePreview::post);
    connect(chain, &Button::clicked, this, &InvoicePreview::wantsChain);
}

bool InvoicePreview::isPayable(const api::Inspection& looked) {
    // What was sent on the chain for it has paid it, or will.
    if (looked.onchain && looked.onchain->sent && looked.onchain->sent->for_this) return false;
    return looked.kind == "bolt11" &&
           (!looked.problem || looked.problem->kind == api::ProblemKind::amount_missing);
}

void InvoicePreview::set(const api::Inspection& looked) {
    const bool another = looked.payment_hash != m_looked.payment_hash;
    m_looked = looked;
    const bool choose = !looked.amount;
    m_amount->setVisible(!choose);
    m_amount_row->setVisible(choose);
    if (!choose) m_amount->setExactAmount(*looked.amount);
    // What was typed was for another invoice. Where this one leaves it open, the link around it may
    // not.
    if (another) m_amount_edit->clear();
    if (choose && another && looked.onchain && looked.onchain->amount)
        m_amount_edit->setAmount(*looked.onchain->amount);
    m_amount_hint->setText(
        tr("You can send up to %1 now.").arg(satText(m_wallet.picture().balance.can_send)));
    reword();
    m_facts->set(tr("For"), tamed(looked.description));
    m_facts->set(tr("Expires"), whenText(looked.expires, m_wallet.now()));
    m_other->setVisible(isPayable(looked) && looked.onchain && !looked.onchain->problem);
    show();
    refresh();
    // Looked at again, it leaves the keyboard where the person has it.
    if (choose && another && isVisible() && !m_amount_edit->hasFocus()) m_amount_edit->setFocus();
}

void InvoicePreview::reword() { m_facts->set(tr("To"), m_wallet.names().of(m_looked.payee)); }

QWidget* InvoicePreview::wayOn() const {
    if (isHidden() || !isPayable(m_looked)) return nullptr;
    return m_looked.amount ? static_cast<QWidget*>(m_pay) : m_amount_edit;
}

std::optional<Msat> InvoicePreview::amount() const {
    if (m_looked.amount) return m_looked.amount;
    const auto typed = m_amount_edit->amount();
    return typed ? typed->checked_msat() : std::nullopt;
}

void InvoicePreview::refresh() {
    const bool blocked = !isPayable(m_looked);
    const auto paid = amount();
    m_amount_edit->setWrong(!m_looked.amount && !m_amount_edit->isUsable());
    m_facts->set(tr("Fee"), paid && !blocked ? feeBefore(m_looked, *paid) : QString());
    m_pay->setEnabled(!blocked && paid && !paid->is_zero());
    m_pay->setVisible(!blocked);
    QString action = tr("&Pay now");
    if (paid && !paid->is_zero()) action = tr("&Pay %1").arg(exactText(*paid));
    m_pay->setText(action);
}

void InvoicePreview::post() {
    const auto paid = amount();
    if (!paid || !m_pay->isEnabled()) return;
    api::Pay wish;
    wish.text = m_looked.bolt11;
    if (!m_looked.amount) wish.amount = *paid;
    wish.max_fee = api::usual_max_fee(*paid);
    emit pay(wish, *paid);
}

}  // namespace runnel::ui
